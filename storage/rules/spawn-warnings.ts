import { plainPath } from '../kinds/project'
import type { Reader } from './find'
import { livingStatus } from './living'
import { oldestFirst } from './oldest-first'
import type { SpawnPlan } from './spawn'

type Ids = Pick<ReadonlySet<string>, 'has'>

/** So many are named; the rest is counted. */
const maxWarnings = 20

/**
 * What cannot be right about a spawn, for a person: a living session works on its task already, or in its directory, a task waits
 * for another, a skill is not there. `skillIds`: the skills that there are, as far as it names them; `worktrees`: whether a runner gives a worktree to sessions of
 * which nothing is said.
 */
export const spawnWarnings = (
  reader: Reader,
  plan: SpawnPlan,
  skillIds: Ids,
  worktrees = false,
): string[] => {
  const { tasks, request } = plan
  const warnings: string[] = []
  let total = 0
  for (const sources of [
    heldTasks(reader, tasks, request.sessionId),
    sharedDirectory(reader, plan, worktrees),
    waitingTasks(reader, tasks),
    missingSkills(request.skills ?? [], skillIds),
  ])
    for (const warning of sources) if (total++ < maxWarnings) warnings.push(warning())
  return total <= maxWarnings ? warnings : [...warnings, `… and ${total - maxWarnings} more`]
}

/** There may be hundreds of thousands: a text is made of those that are named. */
type Warnings = Generator<() => string, void>

function* missingSkills(ids: readonly string[], known: Ids): Warnings {
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

/**
 * Two agents without worktrees in one directory overwrite each other's files. One other session is named; not the one that asks,
 * and none that has been named for its task.
 */
function* sharedDirectory(
  reader: Reader,
  { project, tasks, request, chosen }: SpawnPlan,
  worktrees: boolean,
): Warnings {
  if (chosen.worktree ?? worktrees) return
  const named = new Set([request.sessionId, ...tasks.flatMap(({ sessionIds }) => sessionIds)])
  for (const projectId of reader.ids('projects', { directory: plainPath(project.workingDir) }))
    for (const { id } of oldestFirst(reader, 'sessions', { withoutWorktree: projectId })) {
      const status = reader.fields('sessions', id)?.status
      if (named.has(id) || (worktrees && status === 'spawning' && !choosesNone(reader, id))) continue
      yield () =>
        `Session ${id} (${status}) works in ${project.workingDir}, too, and neither has a worktree: they overwrite each other's files`
      return
    }
}

/** Whether a session was spawned so that it gets no worktree. */
const choosesNone = (reader: Reader, id: string): boolean => reader.get('sessions', id)?.worktree === false

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
