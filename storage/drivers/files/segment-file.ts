import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolders } from './sync-folders'

/** A segment that is being written. Its size is what is certain to be in it. */
export interface SegmentFile {
  readonly bytes: number
  /** Adds bytes; if that fails, the file is cut back to what it held, and the error thrown. */
  append(bytes: Uint8Array): void
  /** Calls back when the disk has everything; if that fails, the file is cut back to `bytesBefore`. */
  sync(bytesBefore: number, done: (error: unknown) => void): void
  /** Whether it could not be cut back: then nothing may be added, since it ends in something torn. */
  isTorn(): boolean
  close(): void
}

/** Begins a segment: whatever is at that path goes. With `strict`, its name survives a power failure. */
export const createSegmentFile = (path: string, strict: boolean): SegmentFile => {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true })
  const descriptor = openSync(path, 'w')
  if (strict) syncFolders(folder, dirname(folder))
  let size = 0
  let torn = false

  const cutBack = (bytes: number) => {
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
        cutBack(size)
        throw error
      }
      size += bytes.length
    },
    sync(bytesBefore, done) {
      fdatasync(descriptor, (error) => {
        if (error) cutBack(bytesBefore)
        done(error)
      })
    },
    isTorn: () => torn,
    close: () => closeSync(descriptor),
  }
}
