/** What a driver tells of its session: in one request what has come together, tool calls and usage at most once in 2 s. */
import {
  type Client,
  MaestroError,
  type Session,
  type UpdateSessionRequest,
} from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'
import type { TimelineEntryInput } from '../../schemas/timeline'
import { changeSession, retryTransient } from '../agents/change-session'
import { type JoinedToolCall, metadataOf, titleOf } from './tool-calls'

const coalesceMs = 2000
/** Of more tool calls in one write only the number is told. */
const maxToolEntries = 20

interface Plan {
  entries: readonly { content: string; status?: string | undefined }[]
}

interface ReportsOptions {
  client: Client
  session: Pick<Session, 'id' | 'run'>
  /** Ends what is tried again while the server is away. */
  signal: AbortSignal
  /** Where it says what could not be told. */
  onTrouble(message: string): void
}

export interface Reports {
  note(level: 'progress' | 'error' | 'milestone', message: string, metadata?: Record<string, unknown>): void
  tool(call: JoinedToolCall): void
  plan(plan: Plan): void
  usage(usage: NonNullable<UpdateSessionRequest['usage']>): void
  status(status: 'working' | 'idle'): void
  /** Resolves when everything so far has been told, or cannot be. */
  flush(): Promise<void>
}

export const createReports = ({ client, session, signal, onTrouble }: ReportsOptions): Reports => {
  let entries: TimelineEntryInput[] = []
  const tools = new Map<string, JoinedToolCall>()
  /** What was told of a call last: only what has changed is told again. */
  const toldStatus = new Map<string, string | undefined>()
  let plan: string | undefined
  let planEntry: TimelineEntryInput | undefined
  let usage: UpdateSessionRequest['usage']
  let status: 'working' | 'idle' | undefined
  let coalescedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  let isFlushing = false

  const hasCoalesced = () => tools.size > 0 || planEntry !== undefined || usage !== undefined

  const takeTools = (): TimelineEntryInput[] => {
    const all = [...tools.values()]
    tools.clear()
    const shown = all.slice(0, maxToolEntries)
    for (const call of all) {
      if (call.isOpen) toldStatus.set(call.toolCallId, call.status)
      else toldStatus.delete(call.toolCallId)
    }
    const left = all.length - shown.length
    return [
      ...shown.map((call) => ({
        type: 'progress' as const,
        message: titleOf(call),
        metadata: metadataOf(call),
      })),
      ...(left > 0 ? [{ type: 'progress' as const, message: `${left} more tool calls` }] : []),
    ]
  }

  /** What is to be told now, taken out. */
  const take = (): UpdateSessionRequest | undefined => {
    const now = performance.now()
    const isDue = hasCoalesced() && (isFlushing || now - coalescedAt >= coalesceMs)
    if (!isDue && entries.length === 0 && status === undefined) return undefined
    const timeline = [...(isDue ? [...takeTools(), ...(planEntry ? [planEntry] : [])] : []), ...entries]
    const change: UpdateSessionRequest = {
      ...(timeline.length > 0 && { timeline }),
      ...(isDue && usage && { usage }),
      ...(status && { status }),
    }
    entries = []
    status = undefined
    if (isDue) {
      coalescedAt = now
      planEntry = undefined
      usage = undefined
    }
    return change
  }

  const writeAll = async () => {
    for (let change = take(); change; change = take()) await send(change)
  }

  const send = async (change: UpdateSessionRequest) => {
    try {
      await retryTransient(() => write(client, session, change), signal)
    } catch (error) {
      if (!signal.aborted)
        onTrouble(`The server was not told: ${error instanceof Error ? error.message : error}`)
    }
  }

  const pump = (): Promise<void> => {
    writing ??= writeAll().finally(() => {
      writing = undefined
      schedule()
    })
    return writing
  }

  const schedule = () => {
    clearTimeout(timer)
    if (writing) return
    if (entries.length > 0 || status !== undefined) return void pump()
    if (!hasCoalesced()) return
    timer = setTimeout(() => void pump(), Math.max(0, coalescedAt + coalesceMs - performance.now()))
  }

  return {
    note(level, message, metadata) {
      entries.push({ type: level, message: message.slice(0, 4000), ...(metadata && { metadata }) })
      schedule()
    },
    tool(call) {
      const { toolCallId, isOpen, status } = call
      // It has only been thought of.
      if (status === undefined || status === 'pending') return
      if (isOpen && toldStatus.has(toolCallId) && toldStatus.get(toolCallId) === status) return
      tools.set(toolCallId, call)
      schedule()
    },
    plan({ entries: steps }) {
      const done = steps.filter(({ status }) => status === 'completed').length
      const now = steps.find(({ status }) => status === 'in_progress')
      const text = steps.map(({ content, status }) => `${status}:${content}`).join('\n')
      if (text === plan || steps.length === 0) return
      plan = text
      planEntry = {
        type: 'progress',
        message: `Plan: ${done} of ${steps.length} done${now ? `, now: ${now.content.slice(0, 200)}` : ''}`,
        metadata: {
          kind: 'plan',
          entries: steps
            .slice(0, 50)
            .map(({ content, status }) => ({ content: content.slice(0, 300), status })),
        },
      }
      schedule()
    },
    usage(now) {
      usage = now
      schedule()
    },
    status(now) {
      status = now
      schedule()
    },
    async flush() {
      isFlushing = true
      try {
        while (writing || entries.length > 0 || status !== undefined || hasCoalesced()) await pump()
      } finally {
        isFlushing = false
      }
    },
  }
}

/** A session that has ended notes what happened, and is not brought back to life by it. */
const write = async (
  client: Client,
  { id, run }: Pick<Session, 'id' | 'run'>,
  change: UpdateSessionRequest,
): Promise<void> => {
  const { timeline } = change
  const late = timeline && { timeline }
  try {
    if (change.status === undefined) await client.sessions.update(id, change)
    else
      await changeSession(client, id, (now) =>
        endedStatuses.includes(now.status) || now.run !== run ? late : change,
      )
  } catch (error) {
    const hasEnded = error instanceof MaestroError && error.code === 'SESSION_ENDED'
    if (!hasEnded || change.usage === undefined) throw error
    if (late) await client.sessions.update(id, late)
  }
}
