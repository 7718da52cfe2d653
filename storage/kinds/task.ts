import { legacyTaskStatuses, Task } from '../../schemas/task'
import { currentValueOf, defineKind, type StoredDocument } from './kind'

/** A task of version 1.0: no relation arrays, status `pending`, a timeline of its own. */
const fromVersion1 = ({ timeline: _timeline, ...task }: StoredDocument): StoredDocument => ({
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

export const tasks = defineKind({
  schema: Task,
  id: (task) => task.id,
  partition: (task) => task.projectId,
  createdAt: (task) => task.createdAt,
  fields: (task) => ({
    projectId: task.projectId,
    parentId: task.parentId ?? 'null',
    status: task.status,
    sessionIds: task.sessionIds,
    dependencies: task.dependencies,
    externalId: task.externalId ?? [],
  }),
  appendOnly: [],
  migrations: [{ to: 2, isNeeded: (task) => 'timeline' in task, migrate: fromVersion1 }],
  stateEvents: { created: 'task:created', updated: 'task:updated' },
  subject: (id) => ({ taskId: id }),
})
