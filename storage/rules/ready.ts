/** Which tasks can be started now, in which order they are handed out, and which wait. */
import type { Task, TaskPriority } from '../../schemas/task'
import { valuesOf } from '../kinds/kind'
import type { Position } from '../ordered'
import { placesOf, ranks, readyKey, readyRank, waitsKey } from '../readiness'
import { findTask, type Reader } from './find'

/** Where one looks: in a project or in all of them, or only below a task. */
export interface Scope {
  projectId?: string | undefined
  under?: string | undefined
}

/** A task in its place: among those that are ready by priority, then by age. */
export interface Ranked extends Position {
  rank: TaskPriority
}

/** So many tasks below one are gone through; where there are more, those that are ready anywhere are. */
const maxWalked = 2000
/** Whoever needs only the first is not to wait for more. */
const firstPage = 4
const longestPage = 256

/** Those that are ready, in the order in which they are handed out. Throws `TASK_NOT_FOUND` if there is no task to look below. */
export function* readyIn(reader: Reader, { projectId, under }: Scope, after?: Ranked): Generator<Ranked> {
  if (under !== undefined) {
    findTask(reader, under)
    const below = walkBelow(reader, under)
    if (below) {
      const found = below.flatMap((id) => rankedOf(reader, id, projectId)).sort(compareRanked)
      for (const one of found) if (!after || compareRanked(one, after) > 0) yield one
      return
    }
  }
  const isBelow = under === undefined ? () => true : belowCheck(reader, under)
  const first = after ? ranks.indexOf(after.rank) : 0
  for (const rank of ranks.slice(first)) {
    const from = rank === after?.rank ? after : undefined
    for (const position of pages(reader, { ready: readyKey(rank, projectId) }, from))
      if (isBelow(position.id)) yield { ...position, rank }
  }
}

/** How many are ready. */
export const countReady = (reader: Reader, scope: Scope): number => {
  if (scope.under !== undefined) return [...readyIn(reader, scope)].length
  return ranks.reduce(
    (total, rank) => total + reader.count('tasks', { ready: readyKey(rank, scope.projectId) }),
    0,
  )
}

/** Those that are to be started and cannot be yet, oldest first. Throws as `readyIn`. */
export function* waitingIn(
  reader: Reader,
  { projectId, under }: Scope,
  after?: Position,
): Generator<Position> {
  if (under !== undefined) {
    findTask(reader, under)
    const below = walkBelow(reader, under)
    if (below) {
      const found = below
        .filter((id) => waits(reader, id, { projectId }))
        .map((id) => ({ id, created: findTask(reader, id).createdAt }))
        .sort(compareAge)
      for (const one of found) if (!after || compareAge(one, after) > 0) yield one
      return
    }
  }
  const isBelow = under === undefined ? () => true : belowCheck(reader, under)
  for (const position of pages(reader, { waits: waitsKey(projectId) }, after))
    if (isBelow(position.id)) yield position
}

export const countWaiting = (reader: Reader, scope: Scope): number =>
  scope.under === undefined
    ? reader.count('tasks', { waits: waitsKey(scope.projectId) })
    : [...waitingIn(reader, scope)].length

/** Whether a task is to be started and cannot be yet. */
export const waits = (reader: Reader, id: string, { projectId, under }: Scope): boolean => {
  const fields = reader.fields('tasks', id)
  return (
    fields !== undefined &&
    (under === undefined || belowCheck(reader, under)(id)) &&
    (projectId === undefined || fields.projectId === projectId) &&
    placesOf(reader, id, fields).waits !== undefined
  )
}

/** Where a task is handed out, if it can be started. */
const rankedOf = (reader: Reader, id: string, projectId: string | undefined): Ranked[] => {
  const fields = reader.fields('tasks', id)
  if (!fields || (projectId !== undefined && fields.projectId !== projectId)) return []
  const rank = readyRank(reader, id, fields)
  return rank === undefined ? [] : [rankedTask(findTask(reader, id), rank)]
}

export const rankedTask = ({ id, createdAt }: Task, rank: TaskPriority): Ranked => ({
  id,
  created: createdAt,
  rank,
})

const compareAge = (a: Position, b: Position): number =>
  a.created - b.created || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

export const compareRanked = (a: Ranked, b: Ranked): number =>
  ranks.indexOf(a.rank) - ranks.indexOf(b.rank) || compareAge(a, b)

/** Positions of an index, a page at a time. */
function* pages(reader: Reader, where: Record<string, string>, from?: Position): Generator<Position> {
  let after = from
  for (let size = firstPage; ; size = Math.min(size * 4, longestPage)) {
    const page = reader.oldestIds('tasks', size, where, after)
    yield* page
    if (page.length < size) return
    after = page.at(-1)
  }
}

/** All tasks below one; undefined if there are too many to go through them. */
const walkBelow = (reader: Reader, top: string): string[] | undefined => {
  const found = new Set<string>([top])
  for (const id of found) {
    if (found.size + reader.count('tasks', { parentId: id }) > maxWalked) return undefined
    for (const child of reader.ids('tasks', { parentId: id })) found.add(child)
  }
  found.delete(top)
  return [...found]
}

/** Tells of tasks whether they are below another: each is looked at once. */
const belowCheck = (reader: Reader, top: string): ((id: string) => boolean) => {
  const known = new Map<string, boolean>([[top, true]])
  return (id) => {
    const path: string[] = []
    let at: string | undefined = id
    while (at !== undefined && !known.has(at) && !path.includes(at)) {
      path.push(at)
      const [parent]: readonly string[] = valuesOf(reader.fields('tasks', at)?.parentId)
      at = parent === 'null' ? undefined : parent
    }
    const isBelow = at !== undefined && known.get(at) === true
    for (const one of path) known.set(one, isBelow)
    return id !== top && isBelow
  }
}
