// Stands in for node:fs where a test needs the process to end at a certain change of the disk. In the test file:
//   vi.mock('node:fs', async (original) => (await import('./cut-off')).withCutOff(await original()))
import type * as fs from 'node:fs'

/** So many changes of the disk are still made; of the one after these only a part, and then nothing more. */
export const cutOff = { after: Number.POSITIVE_INFINITY }

const ended = () => new Error('the process has ended')

/** Counts a change. False: it is the last, of which only a part is made. */
const isWhole = (): boolean => {
  if (cutOff.after < 0) throw ended()
  return cutOff.after-- > 0
}

export const withCutOff = (real: typeof fs) => {
  /** A change of which no part can be made. */
  const whole =
    <Args extends unknown[], Result>(change: (...args: Args) => Result) =>
    (...args: Args): Result => {
      if (!isWhole()) throw ended()
      return change(...args)
    }
  const cut = {
    mkdirSync: whole(real.mkdirSync),
    renameSync: whole(real.renameSync),
    rmSync: whole(real.rmSync),
    unlinkSync: whole(real.unlinkSync),
    linkSync: whole(real.linkSync),
    ftruncateSync: whole(real.ftruncateSync),
    writeFileSync(path: fs.PathOrFileDescriptor, data: string, options?: fs.WriteFileOptions) {
      if (isWhole()) return real.writeFileSync(path, data, options)
      real.writeFileSync(path, data.slice(0, data.length / 2), options)
      throw ended()
    },
    writeSync(
      descriptor: number,
      bytes: Uint8Array,
      offset = 0,
      length = bytes.byteLength - offset,
      position: number | null = null,
    ) {
      if (isWhole()) return real.writeSync(descriptor, bytes, offset, length, position)
      real.writeSync(descriptor, bytes, offset, Math.floor(length / 2), position)
      throw ended()
    },
  }
  return { ...real, ...cut }
}
