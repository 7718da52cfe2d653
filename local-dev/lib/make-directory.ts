import { mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { reasonOf } from './reason'

/**
 * Makes a directory, and those that it lies in. Node's own recursive mkdir never returns where a file system says that
 * the parent of a new directory is missing though it is there, as `/proc` does. `mode` is that of those that are made.
 * A new one in a directory that is there is not looked for first. Throws an error that names the path.
 */
export const makeDirectory = (path: string, mode?: number): void => {
  try {
    mkdirSync(path, { mode })
  } catch {
    makeUnlessThere(path, mode)
  }
}

const makeUnlessThere = (path: string, mode: number | undefined): void => {
  const found = whatIsAt(path)
  if (found?.isDirectory()) return
  if (found) throw new Error(`${path} cannot be made: there is something else, which is no directory`)
  const parent = dirname(path)
  if (parent !== path) makeDirectory(parent, mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Somebody else may have been quicker.
    if (!whatIsAt(path)?.isDirectory())
      throw new Error(`${path} cannot be made: ${reasonOf(error)}`, { cause: error })
  }
}

const whatIsAt = (path: string): Stats | undefined => {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
