import { entityKinds } from '../schemas/entities'
import type { Documents } from './documents'
import type { WorkspaceDriver } from './driver'

/**
 * The times of changes, in Unix milliseconds: those of the clock, but never below one that was given, or stored, before.
 * While the clock is behind that, as after it was put back, each change is a millisecond later than the one before.
 */
export const createTime = (clock: () => number, newestStored: number): (() => number) => {
  // An id of the same millisecond, given before a restart, may be above the next one.
  let last = newestStored + 1
  return () => {
    const now = clock()
    last = now >= last ? now : last + 1
    return last
  }
}

/** The time of the last change that is stored; where the log does not tell it, of the newest entity in memory; else 0. */
export const newestTime = async (driver: WorkspaceDriver, documents: Documents): Promise<number> => {
  const number = driver.log?.last() ?? 0
  const events = number > 0 ? await driver.log?.since(number - 1) : undefined
  const { timestamp } = events?.at(-1) ?? {}
  if (timestamp !== undefined) return timestamp
  // A driver that looks documents up would have to read them all.
  if (driver.documents) return 0
  return Math.max(0, ...entityKinds.map((kind) => documents.list(kind).at(-1)?.created ?? 0))
}
