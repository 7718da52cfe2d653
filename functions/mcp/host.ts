/** What the tools stand on: the same in the server, where they are called over HTTP, and in `maestro mcp`. */
import type { Role } from '../../schemas/template'
import type { Definition } from '../http/operation'
import type { Send } from './call'
import type { Tier } from './tier'

export interface McpHost {
  /** The operations of the API. */
  definitions: readonly Definition[]
  send: Send
  /** The session that speaks; undefined where nobody said one. */
  sessionId: string | undefined
  /** Its role, if it is there and has one. */
  role(): Promise<Role | undefined>
  /** As the client asked for it. */
  tier: Tier | undefined
  /** Listens to events; the result ends that. */
  follow(watch: Watch): () => void
  /** Waits so many milliseconds; false: for nothing any more. Absent: `follow` costs nothing, and is waited for instead. */
  pause?(ms: number, signal: AbortSignal): Promise<boolean>
  /** Is told of what nobody foresaw. */
  onError(error: unknown): void
  /** Of this server. */
  version: string
}

interface Watch {
  /** As WebSockets have them. */
  rooms: readonly string[]
  /** With the resources that have changed. */
  onChange(uris: readonly string[]): void
  /** No more comes: the host is about to stop, or the session's token is void. */
  onEnd(): void
}
