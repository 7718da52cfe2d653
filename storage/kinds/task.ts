import { legacyTaskStatuses, Task } from '../../schemas/task'
import { workFieldsOf } from '../work-fields'
import { currentValueOf, defineKind, noValues, orNoValues, type StoredDocument } from './kind'

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

/** The fields that came with version 3. */
const laterFields = Task.pick({ claim: true, lastClaim: true, attempts: true }).shape

const isForeign = (task: StoredDocument, name: keyof typeof laterFields): boolean =>
  name in task && !laterFields[name].safeParse(task[name]).success

const laterNames = ['claim', 'lastClaim', 'attempts'] as const

/** What some other program has put under the name of a later field, and is no value of that, goes: the task is worth more. */
const fromVersion2 = (task: StoredDocument): StoredDocument =>
  Object.fromEntries(
    Object.entries(task).filter(
      ([name]) => !laterNames.some((later) => later === name && isForeign(task, later)),
    ),
  )

export const tasks = defineKind({
  schema: Task,
  id: (task) => task.id,
  partition: (task) => task.projectId,
  createdAt: (task) => task.createdAt,
  fields(task) {
    // Not spread: V8 gives what is spread an array of its own, with each of many tasks.
    const { stage, unfinishedIn, claimedBy } = workFieldsOf(task)
    return {
      projectId: task.projectId,
      parentId: task.parentId ?? 'null',
      status: task.status,
      sessionIds: orNoValues(task.sessionIds),
      dependencies: orNoValues(task.dependencies),
      externalId: task.externalId ?? noValues,
      stage,
      unfinishedIn,
      claimedBy,
    }
  },
  appendOnly: [],
  migrations: [
    { to: 2, isNeeded: (task) => 'timeline' in task, migrate: fromVersion1 },
    {
      to: 3,
      isNeeded: (task) => laterNames.some((name) => isForeign(task, name)),
      migrate: fromVersion2,
    },
  ],
  stateEvents: { created: 'task:created', updated: 'task:updated' },
  subject: (id) => ({ taskId: id }),
})
