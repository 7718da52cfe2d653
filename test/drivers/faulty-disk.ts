// Stands in for node:fs where a test needs a disk that fails. In the test file:
//   vi.mock('node:fs', async (original) => (await import('./faulty-disk')).withFaults(await original()))
import type * as fs from 'node:fs'
import type * as promises from 'node:fs/promises'
import { afterEach } from 'vitest'

interface Faults {
  /** Whether a file takes no more: half of what is written to it still goes in, and the rest is refused. */
  full: (path: string) => boolean
  /** Whether a file cannot be opened for writing. */
  readOnly: (path: string) => boolean
  /** The code of the error with which a file cannot be read; undefined if it can be. */
  unreadable: (path: string) => string | undefined
  /** Files cannot be cut back. */
  truncateFails: boolean
  /** Decides when, and how, a sync of a file ends. */
  sync: (end: (error: NodeJS.ErrnoException | null) => void) => void
  /** What was done, in order, with the path. */
  done: string[]
}

const healthy = (): Faults => ({
  full: () => false,
  readOnly: () => false,
  unreadable: () => undefined,
  truncateFails: false,
  sync: (end) => end(null),
  done: [],
})
export const faults: Faults = healthy()
afterEach(() => void Object.assign(faults, healthy()))

export const noSpace = (): NodeJS.ErrnoException =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

const requireReadable = (path: unknown) => {
  const code = faults.unreadable(String(path))
  if (code !== undefined)
    throw Object.assign(new Error(`${code}: stands in for it, open '${path}'`), { code })
}

/** The same for node:fs/promises. */
export const withPromiseFaults = (real: typeof promises) => ({
  ...real,
  async readFile(path: string) {
    requireReadable(path)
    return real.readFile(path, 'utf8')
  },
})

export const withFaults = (real: typeof fs) => {
  const paths = new Map<number, string>()
  const faulty = {
    openSync(path: fs.PathLike, flags: fs.OpenMode, mode?: fs.Mode) {
      if (flags !== 'r' && faults.readOnly(String(path)))
        throw Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' })
      const descriptor = real.openSync(path, flags, mode)
      paths.set(descriptor, String(path))
      return descriptor
    },
    writeSync(
      descriptor: number,
      bytes: Uint8Array,
      offset = 0,
      length = bytes.byteLength - offset,
      position: number | null = null,
    ) {
      faults.done.push(`write ${paths.get(descriptor)}`)
      if (!faults.full(paths.get(descriptor) ?? ''))
        return real.writeSync(descriptor, bytes, offset, length, position)
      if (length < 2) throw noSpace()
      return real.writeSync(descriptor, bytes, offset, Math.floor(length / 2), position)
    },
    write(
      descriptor: number,
      bytes: Uint8Array,
      offset: number,
      length: number,
      position: number,
      done: (error: NodeJS.ErrnoException | null, written: number) => void,
    ) {
      if (!faults.full(paths.get(descriptor) ?? ''))
        return real.write(descriptor, bytes, offset, length, position, done)
      if (length < 2) return done(noSpace(), 0)
      real.write(descriptor, bytes, offset, Math.floor(length / 2), position, done)
    },
    readFileSync(path: fs.PathOrFileDescriptor) {
      requireReadable(path)
      return real.readFileSync(path, 'utf8')
    },
    renameSync(from: fs.PathLike, to: fs.PathLike) {
      real.renameSync(from, to)
      faults.done.push(`rename ${to}`)
    },
    rmSync(path: fs.PathLike, options?: fs.RmOptions) {
      real.rmSync(path, options)
      faults.done.push(`remove ${path}`)
    },
    fsyncSync(descriptor: number) {
      real.fsyncSync(descriptor)
      faults.done.push(`sync ${paths.get(descriptor)}`)
    },
    ftruncateSync(descriptor: number, length: number) {
      if (faults.truncateFails) throw Object.assign(new Error('EIO: i/o error, ftruncate'), { code: 'EIO' })
      real.ftruncateSync(descriptor, length)
    },
    fdatasync: (_descriptor: number, end: (error: NodeJS.ErrnoException | null) => void) => faults.sync(end),
  }
  return { ...real, ...faulty }
}
