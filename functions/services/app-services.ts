import type { Context } from 'hono'
import type { Config } from '../../schemas/config'
import type { SessionManifest } from '../../schemas/manifest'
import type { NewId } from '../../storage/ids'
import type { Repeat } from '../../storage/rules/answers'
import type { Caller } from '../../storage/rules/callers'
import type { Reader } from '../../storage/rules/find'
import type { Machine } from '../../storage/rules/sessions'
import type { SpawnPlan } from '../../storage/rules/spawn'
import type { Workspace } from '../../storage/workspace'
import type { Access } from '../http/access'
import type { Reference } from '../openapi/openapi-types'
import type { Rooms } from '../realtime/rooms'
import type { Console } from './console'
import type { Diffs } from './diffs'
import type { Heartbeats } from './heartbeats'
import type { Log } from './log'
import type { Outputs } from './outputs'
import type { Runners } from './runners'
import type { SessionTokens } from './session-tokens'
import type { NamedSkills } from './skill-prompt'
import type { Skills } from './skills'

/** Where manifests are kept: files locally, the store hosted. */
export interface Manifests {
  /** Where a session finds its manifest: an absolute path, or a URL. */
  location(sessionId: string): string
  /** Called before anything of a session's manifest is made: notes that it belongs to no session yet. */
  begin?(sessionId: string): void
  /** Resolves when the manifest can be read at its location. */
  write(sessionId: string, manifest: SessionManifest): Promise<void>
  /** The session came to be: what was noted is forgotten. */
  keep?(sessionId: string): void
  /** Takes back a manifest that was written for a session which then did not come to be. */
  remove(sessionId: string): Promise<void>
  /** Its text, or undefined if there is none. */
  read(sessionId: string): Promise<string | undefined>
}

/**
 * Makes the manifest of a planned session, here or by another program: so it is checked before it is used.
 * Whatever it writes at the manifest's location goes if the spawn fails. An `ApiError` that it throws is
 * answered as it is; the message of any other error says why there is no manifest.
 */
export type GenerateManifest = (plan: SpawnPlan, skills: NamedSkills) => Promise<unknown>

/** What the two hosts, Node and the Durable Object, give to the handlers. */
export interface AppServices {
  workspace: Workspace
  rooms: Rooms
  access: Access
  sessionTokens: SessionTokens
  log: Log
  config: Pick<Config, 'serverUrl' | 'maxBodyBytes' | 'maxChildren' | 'nodeEnv'>
  manifests: Manifests
  generateManifest: GenerateManifest
  skills: Skills
  /** Undefined where no agent runs on the machine of the server. */
  outputs?: Outputs
  /** Undefined where no worktree is on the machine of the server. */
  diffs?: Diffs
  /** Undefined where it is not built. */
  console?: Console
  runners: Runners
  heartbeats: Heartbeats
  reference: Reference
  machine: Machine
  /** Where a project works that names no directory. */
  defaultWorkingDir: string
  version: string
  /** The time, in Unix milliseconds. */
  clock: () => number
  newId: NewId
  /** For how long the host has served, in milliseconds, whatever the clock does. */
  uptimeMs: () => number
}

/** What a handler finds in its context: the host, who calls, and what every answer carries. */
export interface Env {
  Bindings: AppServices & {
    address?: string | undefined
    /** Reads a body whose length nobody has said, where the host can do that at less cost; undefined: it is longer than this. */
    readChunkedBody?(maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined>
  }
  Variables: {
    requestId: string
    headers: Readonly<Record<string, string>>
    /** Who calls; set before an operation runs. */
    caller: Caller
    /** Of an agent's request: refuses what it may not do. Each change asks it once more, of what is there then. */
    authorize?: (reader: Reader) => void
    /** Of a `POST` with an `Idempotency-Key`: what its answer is kept under. */
    repeat?: Repeat
  }
}

export type RequestContext = Context<Env>
