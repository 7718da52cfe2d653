/** Where an export goes: a file, which is whole or not there; a device or a pipe; or standard output. */
import { createWriteStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { privateFileMode } from '../../storage/drivers/files/private-files'
import { isMissingFile } from '../lib/reason'

export interface Target {
  /** Whether it is a file of its own, so that standard output is left for what else is to be said. */
  isFile: boolean
  /** Throws if not everything could be written, as on a full disk; a file is then as it was before. */
  write(lines: Readable): Promise<void>
}

/** `-` is standard output. Throws for a directory. */
export const openTarget = async (path: string): Promise<Target> => {
  if (path === '-')
    return {
      isFile: false,
      write: (lines) => pipeline(lines, process.stdout, { end: false }).catch(asGoneReader),
    }
  const found = await stat(path).catch((error) => {
    if (!isMissingFile(error)) throw error
  })
  if (found?.isDirectory()) throw new Error(`${path} is a directory: name a file in it`)
  // A device or a pipe cannot be replaced, and what reads there sees the lines as they come.
  if (found && !found.isFile())
    return { isFile: false, write: (lines) => pipeline(lines, createWriteStream(path)) }
  // A link stays one.
  const mode = found ? found.mode & 0o777 : privateFileMode
  return { isFile: true, write: (lines) => replaceFile(found ? realpath(path) : path, mode, lines) }
}

const asGoneReader = (error: NodeJS.ErrnoException): never => {
  if (error.code !== 'EPIPE') throw error
  throw new Error('Whoever read standard output has gone before the end (EPIPE)', { cause: error })
}

const replaceFile = async (path: string | Promise<string>, mode: number, lines: Readable) => {
  const file = await path
  const temporary = `${file}.${process.pid}.part`
  try {
    // With `flush`, what the disk refuses late is refused here.
    await pipeline(lines, createWriteStream(temporary, { flush: true, mode }))
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
