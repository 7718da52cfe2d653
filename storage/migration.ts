import { legacySessionStatuses } from '../schemas/session'
import { legacyTaskStatuses } from '../schemas/task'

type Document = Record<string, unknown>

const currentValueOf = (legacyValues: Record<string, string>, status: unknown) =>
  typeof status === 'string' && Object.hasOwn(legacyValues, status) ? legacyValues[status] : status

/** A task of version 1.0: no relation arrays, status `pending`, a timeline of its own. */
export const migrateTask = ({ timeline: _timeline, ...task }: Document): Document => ({
  ...task,
  parentId: task.parentId ?? null,
  description: task.description ?? '',
  initialPrompt: task.initialPrompt ?? '',
  priority: task.priority ?? 'medium',
  status: currentValueOf(legacyTaskStatuses, task.status),
  startedAt: task.startedAt ?? null,
  completedAt: task.completedAt ?? null,
  sessionIds: task.sessionIds ?? [],
  skillIds: task.skillIds ?? [],
  agentIds: task.agentIds ?? [],
  dependencies: task.dependencies ?? [],
})

/** A session of version 1.0: one `taskId`, status `running`, no name, strategy or timeline. */
export const migrateSession = ({ taskId, ...session }: Document): Document => ({
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
