import { readFileSync, type Stats, statSync } from 'node:fs'
import { isMissing } from './error-code'

/** A server's hold on a data directory, as other threads of it can look at it. */
export interface Lease {
  /** The path of the lock file. */
  file: string
  /** What is in it as long as the lease is held. */
  text: string
  /** Of this lease; never used twice. */
  id: string
}

/** Another server has the directory, or may have had it: nothing may be written any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'

  /** `holder`: the process that has the directory; null: its lock holds nothing; undefined: it is not known. */
  constructor(directory: string, holder?: number | null) {
    super(
      holder === null
        ? `the .lock of ${directory} holds nothing, so that another server may have had the directory: start this one again`
        : `${directory} was taken over by ${holder === undefined ? 'another server' : `process ${holder}`}: stop this one`,
    )
  }
}

/** There is no lock at present: whoever takes a directory over leaves one, so it may yet be as it was. */
export class LockGoneError extends Error {
  override readonly name = 'LockGoneError'

  constructor(directory: string) {
    super(
      `the .lock of ${directory} is gone: put the directory back as it was, or, where somebody deleted the lock, start this server again`,
    )
  }
}

/** What is in the place of a lock: ours, nothing, or something else. */
type Holding = 'held' | 'gone' | 'lost'

/**
 * Makes the function that looks whether a lease is held at this moment, whatever the clock says: a process that is
 * frozen, or its machine, does not see time pass. It costs one `stat` where the file was not touched since the last
 * look. Throws if the lock cannot be read.
 */
export const createHolderCheck = ({ file, text }: Lease): (() => Holding) => {
  let seen: Stats | undefined
  return () => {
    const found = statSync(file, { throwIfNoEntry: false })
    if (!found) return 'gone'
    if (seen && isUntouched(found, seen)) return 'held'
    const holds = textIfThere(file)
    if (holds === undefined) return 'gone'
    if (holds !== text) return 'lost'
    seen = found
    return 'held'
  }
}

/** A lock that takes the place of another was made while that was there: their inodes differ. */
const isUntouched = (found: Stats, seen: Stats): boolean =>
  found.ino === seen.ino &&
  found.mtimeMs === seen.mtimeMs &&
  found.size === seen.size &&
  found.dev === seen.dev

const textIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The same as a function that throws what stands against writing into the directory: `LeaseLostError`, `LockGoneError`. */
export const createHolderAssertion = (directory: string, lease: Lease): (() => void) => {
  const holding = createHolderCheck(lease)
  return () => {
    const found = holding()
    if (found === 'lost') throw new LeaseLostError(directory)
    if (found === 'gone') throw new LockGoneError(directory)
  }
}
