import { crc32 } from 'node:zlib'
import type { Piece } from './batch-texts'

/** A larger buffer is not kept for the next lines. */
const maxRetainedBytes = 1024 * 1024

/** Lines with their checksums, as bytes, in memory that is used again and again, so that nothing is allocated. */
export interface LineBuffer {
  /** Adds `{checksum} {line}\n`, the line in pieces: CRC-32 of its bytes, in eight hexadecimal digits. */
  add(line: readonly Piece[]): void
  /** The lines since the last `clear`. Valid until the next call. */
  bytes(): Uint8Array
  clear(): void
  /** The lines since the last `clear`, which the caller may keep. */
  take(): Uint8Array
}

export const createLineBuffer = (): LineBuffer => {
  let buffer = Buffer.allocUnsafe(64 * 1024)
  let length = 0

  const reserve = (pieces: readonly Piece[]) => {
    let needed = length + 10
    // UTF-8 takes at most three bytes for a character of a string.
    for (const piece of pieces) needed += typeof piece === 'string' ? 3 * piece.length : piece.length
    if (needed <= buffer.length) return
    const larger = Buffer.allocUnsafe(needed < maxRetainedBytes ? 2 * needed : needed)
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }

  return {
    add(line) {
      reserve(line)
      const start = length + 9
      let end = start
      for (const piece of line) {
        if (typeof piece === 'string') end += buffer.write(piece, end)
        else {
          buffer.set(piece, end)
          end += piece.length
        }
      }
      buffer.write(`${crc32(buffer.subarray(start, end)).toString(16).padStart(8, '0')} `, length, 'latin1')
      buffer[end] = 0x0a
      length = end + 1
    },
    bytes: () => buffer.subarray(0, length),
    take() {
      const taken = buffer.subarray(0, length)
      buffer = Buffer.allocUnsafe(64 * 1024)
      length = 0
      return taken
    },
    clear() {
      length = 0
      if (buffer.length > maxRetainedBytes) buffer = Buffer.allocUnsafe(64 * 1024)
    },
  }
}
