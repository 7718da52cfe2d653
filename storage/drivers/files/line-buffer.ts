import { crc32 } from 'node:zlib'

/** A larger buffer is not kept for the next lines. */
const maxRetainedBytes = 1024 * 1024

/** Lines with their checksums, as bytes, in memory that is used again and again, so that nothing is allocated. */
export interface LineBuffer {
  /** Adds `{checksum} {line}\n`: CRC-32 of the line's bytes, in eight hexadecimal digits. */
  add(line: string): void
  /** The lines since the last `clear`. Valid until the next call. */
  bytes(): Uint8Array
  clear(): void
}

export const createLineBuffer = (): LineBuffer => {
  let buffer = Buffer.allocUnsafe(64 * 1024)
  let length = 0

  /** UTF-8 takes at most three bytes for a character of a string. */
  const reserve = (characters: number) => {
    const needed = length + 10 + 3 * characters
    if (needed <= buffer.length) return
    const larger = Buffer.allocUnsafe(2 * needed)
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }

  return {
    add(line) {
      reserve(line.length)
      const start = length + 9
      const end = start + buffer.write(line, start)
      buffer.write(`${crc32(buffer.subarray(start, end)).toString(16).padStart(8, '0')} `, length, 'latin1')
      buffer[end] = 0x0a
      length = end + 1
    },
    bytes: () => buffer.subarray(0, length),
    clear() {
      length = 0
      if (buffer.length > maxRetainedBytes) buffer = Buffer.allocUnsafe(64 * 1024)
    },
  }
}
