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

export const sessions = defineKind({
  schema: Session,
  id: (session) => session.id,
  createdAt: (session) => session.startedAt,
  fields: (session) => ({
    projectId: session.projectId,
    status: session.status,
    taskIds: session.taskIds,
  }),
  appendOnly: ['events', 'timeline'],
  migrations: [{ to: 2, migrate: fromVersion1 }],
  stateEvents: { created: 'session:created', updated: 'session:updated' },
  subject: (id) => ({ sessionId: id }),
})
