import { enlarged } from './enlarged'

const firstBufferBytes = 16 * 1024

/** What has come of a body so far. */
interface GatheredBody {
  /** Takes a piece; false, and nothing is taken, if the body would be larger than it may be. */
  add(piece: Uint8Array): boolean
  bytes(): Uint8Array<ArrayBuffer>
}

/**
 * Gathers a body whose length nobody has said, in one buffer that doubles: kept apart, pieces of a few bytes would take
 * hundreds of times their size.
 */
export const gatherBody = (maxBytes: number): GatheredBody => {
  let body = new Uint8Array(firstBufferBytes)
  let length = 0
  return {
    add(piece) {
      const end = length + piece.length
      if (end > maxBytes) return false
      if (end > body.length) body = enlarged(body, Math.max(end, 2 * body.length))
      body.set(piece, length)
      length = end
      return true
    },
    bytes: () => body.subarray(0, length),
  }
}
