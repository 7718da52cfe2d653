import { endedStatuses } from '../../schemas/ended-statuses'
import { isObject } from '../../schemas/fields'
import { legacySessionStatuses, Session } from '../../schemas/session'
import { currentValueOf, defineKind, type StoredDocument } from './kind'

/** A session of version 1.0: one `taskId`, status `running`, no name, strategy or timeline. */
const fromVersion1 = ({ taskId, ...session }: StoredDocument): StoredDocument => ({
  ...session,
  ...(taskId !== undefined && session.taskIds !== undefined ? { taskId } : {}),
  taskIds: session.taskIds ?? (typeof taskId === 'string' ? [taskId] : []),
  name: session.name ?? `Session ${session.id}`,
  env: session.env ?? {},
  strategy: session.strategy ?? 'simple',
  status: currentValueOf(legacySessionStatuses, session.status),
  lastActivity: session.lastActivity ?? session.startedAt,
  completedAt: session.completedAt ?? null,
  hostname: session.hostname ?? '',
  platform: session.platform ?? '',
  events: session.events ?? [],
  timeline: session.timeline ?? [],
  metadata: session.metadata ?? null,
})

/** The fields that came with version 3. */
const laterFields = Session.pick({
  ...{ agent: true, model: true, permissionMode: true, drive: true, worktree: true, budget: true },
  ...{ usage: true, workspace: true },
}).shape

/**
 * A session of version 2: only its metadata says which session asked for it. What some other program has put under the
 * name of a later field, and is no value of that, goes: the session is worth more.
 */
const fromVersion2 = (session: StoredDocument): StoredDocument => {
  const isOurs = ([name, value]: [string, unknown]) =>
    !hasName(laterFields, name) || laterFields[name].safeParse(value).success
  return {
    ...Object.fromEntries(Object.entries(session).filter(isOurs)),
    parentSessionId: session.parentSessionId ?? spawnedBy(session.metadata),
  }
}

const hasName = <T extends object>(object: T, name: PropertyKey): name is keyof T =>
  Object.hasOwn(object, name)

const spawnedBy = (metadata: unknown): string | null =>
  isObject(metadata) && typeof metadata.spawnedBy === 'string' ? metadata.spawnedBy : null

/** Whether it lives, and has no worktree, as far as anybody has said. */
const worksInPlace = ({ status, worktree, workspace }: Session): boolean =>
  !endedStatuses.includes(status) && !worktree && !workspace

export const sessions = defineKind({
  schema: Session,
  id: (session) => session.id,
  createdAt: (session) => session.startedAt,
  fields: (session) => ({
    projectId: session.projectId,
    status: session.status,
    strategy: session.strategy,
    taskIds: session.taskIds,
    parentSessionId: session.parentSessionId ?? [],
    withoutWorktree: worksInPlace(session) ? session.projectId : [],
  }),
  appendOnly: ['events', 'timeline'],
  migrations: [
    { to: 2, migrate: fromVersion1 },
    { to: 3, isNeeded: (session) => !('parentSessionId' in session), migrate: fromVersion2 },
  ],
  dependents: (id) => [`queues:${id}`, `requests:${id}:`, `messages:${id}:`],
  stateEvents: { created: 'session:created', updated: 'session:updated' },
  subject: (id) => ({ sessionId: id }),
})
