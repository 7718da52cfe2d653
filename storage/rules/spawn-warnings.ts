import type { Reader } from './find'
import { livingStatus } from './living'
import type { SpawnPlan } from './spawn'

/** So many are named; the rest is counted. */
const maxWarnings = 20

/**
 * What cannot be right about a spawn, for a person: a living session works on its task already, a task waits for another,
 * a skill is not there. `skillIds`: the skills that there are.
 */
export const spawnWarnings = (
  reader: Reader,
  { tasks, request }: SpawnPlan,
  skillIds: ReadonlySet<string>,
): string[] => {
  const warnings = [
    ...heldTasks(reader, tasks, request.sessionId),
    ...waitingTasks(reader, tasks),
    ...(request.skills ?? []).flatMap((id) => (skillIds.has(id) ? [] : [`There is no skill "${id}"`])),
  ]
  if (warnings.length <= maxWarnings) return warnings
  return [...warnings.slice(0, maxWarnings), `… and ${warnings.length - maxWarnings} more`]
}

/** Who hands a task on to a session of its own does not do it itself. */
const heldTasks = (reader: Reader, tasks: SpawnPlan['tasks'], parent: string | undefined): string[] => {
  return tasks.flatMap(({ id, sessionIds }) =>
    sessionIds.flatMap((sessionId) => {
      const status = sessionId === parent ? undefined : livingStatus(reader, sessionId)
      if (status === undefined) return []
      return [`Task ${id} is in the living session ${sessionId} (${status}), too: both will do it`]
    }),
  )
}

/** Tasks of the session itself are done in its order. */
const waitingTasks = (reader: Reader, tasks: SpawnPlan['tasks']): string[] => {
  const own = new Set(tasks.map(({ id }) => id))
  return tasks.flatMap(({ id, status, dependencies }) =>
    isDone(status)
      ? []
      : dependencies.flatMap((dependency) => {
          const other = own.has(dependency) ? undefined : reader.get('tasks', dependency)
          if (!other || isDone(other.status)) return []
          return [`Task ${id} waits for ${dependency}, which is ${other.status}`]
        }),
  )
}

const isDone = (status: string) => status === 'completed' || status === 'cancelled'
