/** Which tasks can be started now, in which order they are handed out, and which wait. */
import type { Task, TaskPriority } from '../../schemas/task'
import { valuesOf } from '../kinds/kind'
import type { Position } from '../ordered'
import { placesOf, ranks, readyKey, readyRank, waitsKey } from '../readiness'
import { findTask, type Reader } from './find'
import { oldestFirst } from './oldest-first'

/** Where one looks: in a project or in all of them, or only below a task. */
export interface Scope {
  projectId?: string | undefined
  under?: string | undefined
}

/** A task in its place: among those that are ready by priority, then by age. */
export interface Ranked extends Position {
  rank: TaskPriority
}

/** So many tasks below one are gone through at once; where there are more, it depends. */
const maxWalked = 2000

/** Those that are ready, in the order in which they are handed out. Throws `TASK_NOT_FOUND` if there is no task to look below. */
export function* readyIn(reader: Reader, { projectId, under }: Scope, after?: Ranked): Generator<Ranked> {
  const all = allReady(reader, projectId, after)
  if (under === undefined) yield* all
  else {
    const rank = (id: string) => rankedOf(reader, id, projectId)
    yield* belowIn(reader, under, { all, find: rank, compare: compareRanked, after })
  }
}

function* allReady(reader: Reader, projectId: string | undefined, after?: Ranked): Generator<Ranked> {
  const first = after ? ranks.indexOf(after.rank) : 0
  for (const rank of ranks.slice(first)) {
    const from = rank === after?.rank ? after : undefined
    for (const position of oldestFirst(reader, 'tasks', { ready: readyKey(rank, projectId) }, from))
      yield { ...position, rank }
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
  const all = oldestFirst(reader, 'tasks', { waits: waitsKey(projectId) }, after)
  if (under === undefined) yield* all
  else {
    const find = (id: string) =>
      waits(reader, id, { projectId }) ? [{ id, created: findTask(reader, id).createdAt }] : []
    yield* belowIn(reader, under, { all, find, compare: compareAge, after })
  }
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

interface Sought<P> {
  /** All of them in their order, wherever they are. */
  all: Iterable<P>
  /** That of a task, if it is one of them. */
  find(id: string): P[]
  compare(a: P, b: P): number
  /** Only what comes after it. */
  after: P | undefined
}

/**
 * Those below a task, in their order. There may be many of them and few tasks below it, or the other way round: it goes through all of
 * the one as long as it has not gone through more than there are of the other, so that the shorter one says what it costs.
 */
function* belowIn<P extends Position>(reader: Reader, top: string, sought: Sought<P>): Generator<P> {
  findTask(reader, top)
  const { all, find, compare } = sought
  const isBelow = belowCheck(reader, top)
  let { after } = sought
  let limit = maxWalked
  let below = walkBelow(reader, top, limit)
  let looked = 0
  if (!below)
    for (const one of all) {
      if (isBelow(one.id)) yield one
      after = one
      if (++looked < limit) continue
      limit *= 2
      below = walkBelow(reader, top, limit)
      if (below) break
    }
  const last = after
  for (const one of below?.flatMap(find).sort(compare) ?? [])
    if (last === undefined || compare(one, last) > 0) yield one
}

/** All tasks below one; undefined if there are more than these. */
const walkBelow = (reader: Reader, top: string, limit: number): string[] | undefined => {
  const found = new Set<string>([top])
  for (const id of found) {
    if (found.size + reader.count('tasks', { parentId: id }) > limit) return undefined
    for (const child of reader.ids('tasks', { parentId: id })) found.add(child)
  }
  found.delete(top)
  return [...found]
}

/** Tells of tasks whether they are below another: each is looked at once. */
const belowCheck = (reader: Reader, top: string): ((id: string) => boolean) => {
  const known = new Map<string, boolean>([[top, true]])
  return (id) => {
    const path = new Set<string>()
    let at: string | undefined = id
    while (at !== undefined && !known.has(at) && !path.has(at)) {
      path.add(at)
      const [parent]: readonly string[] = valuesOf(reader.fields('tasks', at)?.parentId)
      at = parent === 'null' ? undefined : parent
    }
    const isBelow = at !== undefined && known.get(at) === true
    for (const one of path) known.set(one, isBelow)
    return id !== top && isBelow
  }
}
