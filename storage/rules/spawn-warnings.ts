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
  const warnings: string[] = []
  let total = 0
  for (const sources of [
    heldTasks(reader, tasks, request.sessionId),
    waitingTasks(reader, tasks),
    missingSkills(request.skills ?? [], skillIds),
  ])
    for (const warning of sources) if (total++ < maxWarnings) warnings.push(warning())
  return total <= maxWarnings ? warnings : [...warnings, `… and ${total - maxWarnings} more`]
}

/** There may be hundreds of thousands: a text is made of those that are named. */
type Warnings = Generator<() => string, void>

function* missingSkills(ids: readonly string[], known: ReadonlySet<string>): Warnings {
  for (const id of ids) if (!known.has(id)) yield () => `There is no skill "${id}"`
}

/** Who hands a task on to a session of its own does not do it itself. */
function* heldTasks(reader: Reader, tasks: SpawnPlan['tasks'], parent: string | undefined): Warnings {
  for (const { id, sessionIds } of tasks)
    for (const sessionId of sessionIds) {
      const status = sessionId === parent ? undefined : livingStatus(reader, sessionId)
      if (status !== undefined)
        yield () => `Task ${id} is in the living session ${sessionId} (${status}), too: both will do it`
    }
}

/** Tasks of the session itself are done in its order. */
function* waitingTasks(reader: Reader, tasks: SpawnPlan['tasks']): Warnings {
  const own = new Set(tasks.map(({ id }) => id))
  for (const { id, status, dependencies } of tasks) {
    if (isDone(status)) continue
    for (const dependency of dependencies) {
      const other = own.has(dependency) ? undefined : reader.fields('tasks', dependency)?.status
      if (other !== undefined && !isDone(other))
        yield () => `Task ${id} waits for ${dependency}, which is ${other}`
    }
  }
}

const isDone = (status: string | readonly string[]) => status === 'completed' || status === 'cancelled'
