/** Where a session's output is read from: its server, or this very machine. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Client,
  MaestroError,
  type OutputPart,
  ServerUnreachable,
} from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { fileOutputs } from '../../server/outputs'
import { noteDisconnects } from '../disconnects'
import { localConfig } from '../this-machine'

export interface OutputSource {
  part(from: number, to?: number): Promise<OutputPart>
  /** Until the session has ended, or `signal` aborts. */
  follow(from: number, onBytes: (bytes: Uint8Array) => void): Promise<void>
}

interface SourceContext {
  client: Client
  variables: NodeJS.ProcessEnv
  note(line: string): void
  signal: AbortSignal
}

const maxBytes = 256 * 1024
/** Between looks at a file that grows. */
const pollMs = 400

/** The server's, where it has it; else that of this machine, where there is any. Throws the server's refusal otherwise. */
export const outputSource = async (context: SourceContext, id: string): Promise<OutputSource> => {
  try {
    await context.client.sessions.outputPart(id, 0, 1)
    return serverSource(context, id)
  } catch (error) {
    if (!(error instanceof MaestroError) || error.code !== 'NOT_IMPLEMENTED') throw error
    const { sessionDir } = localConfig(context.variables)
    if ((await fileOutputs(sessionDir).size(id)) === 0) throw error
    return fileSource(context, id, sessionDir)
  }
}

const serverSource = ({ client, note, signal }: SourceContext, id: string): OutputSource => ({
  part: (from, to) => client.sessions.outputPart(id, from, to),
  async follow(since, onBytes) {
    const connection = noteDisconnects(note)
    await client.sessions.followOutput(id, {
      since,
      signal,
      onBytes(bytes) {
        connection.caughtUp()
        onBytes(bytes)
      },
      // An agent may be quiet for so long that its connection is closed: that is made anew in silence.
      onDisconnect(reason) {
        if (reason instanceof ServerUnreachable) connection.lost(reason)
      },
    })
  },
})

const fileSource = ({ client, signal }: SourceContext, id: string, sessionDir: string): OutputSource => {
  const outputs = fileOutputs(sessionDir)
  const part = async (from: number, to = Number.POSITIVE_INFINITY): Promise<OutputPart> => {
    const size = await outputs.size(id)
    const length = Math.max(0, Math.min(to, size, from + maxBytes) - from)
    return { bytes: length === 0 ? new Uint8Array(0) : await outputs.read(id, from, length), size }
  }
  return {
    part,
    async follow(since, onBytes) {
      let position = since
      let isOver = false
      while (!signal.aborted) {
        const { bytes, size } = await part(position)
        position = Math.min(position + bytes.length, size)
        onBytes(bytes)
        if (bytes.length > 0) continue
        if (isOver) return
        const { status } = await client.sessions.get(id)
        isOver = endedStatuses.includes(status)
        await sleep(pollMs)
      }
    },
  }
}

const newline = 10

/** The position at which the last so many lines begin. */
export const beginningOfLast = async ({ part }: OutputSource, lineCount: number): Promise<number> => {
  const { size } = await part(0, 1)
  if (lineCount === 0) return size
  let found = 0
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - maxBytes)
    const { bytes } = await part(from, to)
    for (
      let at = bytes.lastIndexOf(newline);
      at >= 0;
      at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1)
    )
      if (from + at !== size - 1 && ++found === lineCount) return from + at + 1
    to = from
  }
  return 0
}
