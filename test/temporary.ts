import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'

const memory = '/dev/shm'

/** A run has had up to 0.4 GB there at once; the rest is left to others. */
const neededBytes = 4 * 1024 ** 3

/**
 * Where there is room, tests keep what they write in memory: it costs them a tenth of their time to write what is thrown
 * away onto a disk. Campaigns wait for the disk as a user does, and `TMPDIR` is another place for all of them.
 */
const setup = (): (() => void) | undefined => {
  if (process.env.TMPDIR !== undefined || process.env.TEST_FIGURES !== undefined || !hasRoom())
    return undefined
  const directory = mkdtempSync(`${memory}/maestro-`)
  // PostgreSQL, which does not run as root, goes through it to a directory of its own.
  chmodSync(directory, 0o711)
  process.env.TMPDIR = directory
  return () => {
    delete process.env.TMPDIR
    rmSync(directory, { recursive: true, force: true })
  }
}

const hasRoom = () => {
  if (process.platform !== 'linux') return false
  const [, type, options = ''] =
    readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ').slice(1))
      .findLast(([path]) => path === memory) ?? []
  if (type !== 'tmpfs' || options.split(',').includes('noexec')) return false
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize >= neededBytes
}

export default setup
