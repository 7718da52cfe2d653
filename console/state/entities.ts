/** What the console keeps of the server's entities. */
import type { QueueState, Session, SessionStatus, Task } from '../../functions/client/client'

/** The schemas' own lists would bring the library along that checks them. */
const ended: Partial<Record<SessionStatus, true>> = { completed: true, failed: true, stopped: true }

export const livingStatuses = ['spawning', 'idle', 'working'] as const satisfies readonly SessionStatus[]

export const hasEnded = ({ status }: { status: SessionStatus }): boolean => status in ended

export type TimelineEntry = Session['timeline'][number]

/** A session without what only its own program needs, and of its timeline the newest. */
export type SessionCard = Session

/** A living session's newest entries are shown as they come; of one that has ended, the last words are enough for a card. */
const keptOfEnded = 4

export const cardOf = (session: Session): SessionCard => ({
  ...session,
  events: [],
  env: {},
  timeline: hasEnded(session) ? session.timeline.slice(-keptOfEnded) : session.timeline,
})

/** A queue by the id of its session. */
export type QueueCard = QueueState & { id: string }

export const queueCardOf = (queue: QueueState): QueueCard => ({ ...queue, id: queue.sessionId })

export type Priority = Task['priority']
export type TaskStatus = Task['status']
