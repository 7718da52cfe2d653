import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Lock } from './lock'
import { privateFileMode, privateFolder } from './private-files'
import { syncFolders } from './sync-folders'

/** A segment that is being written. */
export interface SegmentFile {
  /** Its size, without a write that failed. */
  readonly bytes: number
  /** Adds bytes; if that fails, the file is truncated to what it held, and the error thrown. */
  append(bytes: Uint8Array): void
  /** The same, not in this thread: for many bytes, which are not to be changed until it calls back. */
  appendAside(bytes: Uint8Array, done: (error: unknown) => void): void
  /** Calls back after `fdatasync`; if that fails, the file is truncated to `bytesBefore`. */
  sync(bytesBefore: number, done: (error: unknown) => void): void
  /** Takes back what was added after it had so many bytes. */
  truncate(bytes: number): void
  /** What is at its path: itself, a whole copy of it, nothing, or something else. */
  place(): 'itself' | 'copy' | 'nothing' | 'other'
  /** Whether it could not be truncated: it then ends in a torn line, and nothing may be added. */
  isTorn(): boolean
  close(): void
}

/** The name of a segment that is being made ends so. Whoever takes the directory over deletes it. */
export const draftSuffix = '.new'

/**
 * Begins a segment, replacing a file at that path. With `strict`, its name survives a power failure. `assertHeld`
 * throws if the directory is another server's by now, whose segment could have the same name.
 */
export const createSegmentFile = (
  path: string,
  strict: boolean,
  lock: Pick<Lock, 'assertHeld' | 'lease'>,
): SegmentFile => {
  const folder = dirname(path)
  mkdirSync(folder, privateFolder)
  const draft = join(folder, `${lock.lease.id}${draftSuffix}`)
  const descriptor = openSync(draft, 'w', privateFileMode)
  try {
    lock.assertHeld()
    renameSync(draft, path)
  } catch (error) {
    closeSync(descriptor)
    rmSync(draft, { force: true })
    throw error
  }
  if (strict) syncFolders(folder, dirname(folder))
  const opened = fstatSync(descriptor)
  let size = 0
  let torn = false

  const truncateTo = (bytes: number) => {
    size = bytes
    try {
      ftruncateSync(descriptor, bytes)
    } catch {
      torn = true
    }
  }

  return {
    get bytes() {
      return size
    },
    append(bytes) {
      try {
        for (let written = 0; written < bytes.length; )
          written += writeSync(descriptor, bytes, written, bytes.length - written, size + written)
      } catch (error) {
        truncateTo(size)
        throw error
      }
      size += bytes.length
    },
    appendAside(bytes, done) {
      const before = size
      size += bytes.length
      const writeFrom = (written: number) => {
        if (written === bytes.length) return done(undefined)
        write(descriptor, bytes, written, bytes.length - written, before + written, (error, more) => {
          if (!error) return writeFrom(written + more)
          truncateTo(before)
          done(error)
        })
      }
      writeFrom(0)
    },
    sync(bytesBefore, done) {
      fdatasync(descriptor, (error) => {
        if (error) truncateTo(bytesBefore)
        done(error)
      })
    },
    truncate: truncateTo,
    place() {
      const found = statSync(path, { throwIfNoEntry: false })
      if (!found) return 'nothing'
      if (found.ino === opened.ino && found.dev === opened.dev) return 'itself'
      return found.size === size ? 'copy' : 'other'
    },
    isTorn: () => torn,
    close: () => closeSync(descriptor),
  }
}
