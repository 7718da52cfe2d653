/**
 * Which tasks are ready, as an index: a task can be started when others are done, so what is found by it depends on more than
 * the task. Every change notes what it touches; only that is worked out anew, before somebody asks.
 */
import { endedStatuses } from '../schemas/ended-statuses'
import type { TaskPriority } from '../schemas/task'
import type { Kind } from './kinds'
import { type Fields, valuesOf } from './kinds/kind'
import { doneStage } from './work-fields'

/** What is looked up to work it out. */
export interface Lookup {
  fields(kind: 'tasks' | 'sessions', id: string): Fields | undefined
  count(kind: 'tasks', where: { unfinishedIn: string }): number
}

/** In the order in which they are handed out. */
export const ranks: readonly TaskPriority[] = ['high', 'medium', 'low']

/** The value under which the tasks of a priority are ready, in a project or in all of them. */
export const readyKey = (rank: TaskPriority, projectId: string | undefined): string =>
  projectId === undefined ? rank : `${rank} ${projectId}`

/** The value under which tasks wait. */
export const waitsKey = (projectId: string | undefined): string => projectId ?? 'all'

const ended: ReadonlySet<unknown> = new Set(endedStatuses)

/** Whether nobody else is to work on the tasks of a session with these fields. */
export const keepsTasks = (session: Fields | undefined): boolean =>
  session !== undefined && !ended.has(session.status) && session.strategy !== 'tree'

/** The priority of a task that can be started; undefined if it cannot. */
export const readyRank = (lookup: Lookup, id: string, fields: Fields): TaskPriority | undefined => {
  const rank = ranks.find((one) => one === fields.stage)
  if (rank === undefined || lookup.count('tasks', { unfinishedIn: id }) > 0) return undefined
  for (const dependency of valuesOf(fields.dependencies))
    if (lookup.fields('tasks', dependency)?.stage !== doneStage) return undefined
  for (const sessionId of valuesOf(fields.sessionIds))
    if (keepsTasks(lookup.fields('sessions', sessionId))) return undefined
  return rank
}

/** The places of a key, as they were made before or as they are made now. */
type Share = (key: string, make: () => Fields) => Fields

/** So tasks that belong to the same places get the same object: there are few of them, and many tasks. */
export const sharePlaces = (): Share => {
  const known = new Map<string, Fields>()
  return (key, make) => {
    const places = known.get(key) ?? make()
    known.set(key, places)
    return places
  }
}

const nowhere: Fields = {}

/** Where a task belongs in the index: `ready` if it can be started, `waits` if it is to be and cannot be yet. */
export const placesOf = (
  lookup: Lookup,
  id: string,
  fields: Fields,
  share: Share = (_key, make) => make(),
): Fields => {
  const rank = readyRank(lookup, id, fields)
  const [projectId] = valuesOf(fields.projectId)
  if (rank !== undefined) {
    const key = readyKey(rank, projectId)
    return share(key, () => ({ ready: [rank, key] }))
  }
  const isToBeDone = fields.status === 'todo' || fields.status === 'blocked'
  const key = waitsKey(projectId)
  return isToBeDone ? share(key, () => ({ waits: [waitsKey(undefined), key] })) : nowhere
}

/** What the places of tasks depend on, of these themselves. */
const ownNames = ['stage', 'status', 'projectId', 'dependencies', 'sessionIds']

const isSame = (one: Fields[string] | undefined, other: Fields[string] | undefined): boolean => {
  if (one === other) return true
  const a = valuesOf(one)
  const b = valuesOf(other)
  return a === b || (a.length === b.length && a.every((value, index) => value === b[index]))
}

const hasSamePlace = (before: Fields, after: Fields): boolean => {
  for (const name of ownNames) if (!isSame(before[name], after[name])) return false
  return true
}

/** The tasks whose places are out of date. */
export interface Touched {
  /** A document was stored, replaced or removed: its fields before and after that. */
  note(kind: Kind, id: string, before: Fields | undefined, after: Fields | undefined): void
  /** Takes them out, each once. `dependentsOf`: the tasks that depend on one. */
  take(dependentsOf: (id: string) => Iterable<string>): Set<string>
}

export const createTouched = (): Touched => {
  let tasks = new Set<string>()
  let finished = new Set<string>()

  const noteTask = (id: string, before: Fields | undefined, after: Fields | undefined) => {
    if (!before || !after || !hasSamePlace(before, after)) tasks.add(id)
    if ((before?.stage === doneStage) !== (after?.stage === doneStage)) finished.add(id)
    if (isSame(before?.unfinishedIn, after?.unfinishedIn)) return
    for (const parent of [...valuesOf(before?.unfinishedIn), ...valuesOf(after?.unfinishedIn)])
      tasks.add(parent)
  }

  const noteSession = (before: Fields | undefined, after: Fields | undefined) => {
    const [kept, keeps] = [new Set(keptBy(before)), new Set(keptBy(after))]
    for (const id of kept) if (!keeps.has(id)) tasks.add(id)
    for (const id of keeps) if (!kept.has(id)) tasks.add(id)
  }

  return {
    note(kind, id, before, after) {
      if (kind === 'tasks') noteTask(id, before, after)
      else if (kind === 'sessions' && !(before && after && isSameSession(before, after)))
        noteSession(before, after)
    },
    take(dependentsOf) {
      const taken = tasks
      for (const id of finished) for (const waiting of dependentsOf(id)) taken.add(waiting)
      tasks = new Set()
      finished = new Set()
      return taken
    },
  }
}

const keptBy = (session: Fields | undefined) => (keepsTasks(session) ? valuesOf(session?.taskIds) : [])

const isSameSession = (before: Fields, after: Fields): boolean =>
  keepsTasks(before) === keepsTasks(after) && isSame(before.taskIds, after.taskIds)
