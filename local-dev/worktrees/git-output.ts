import type { Readable } from 'node:stream'

/** The first `maxBytes` of a stream, when it has ended; `onMore` is called once if there is more. */
export const collect = (stream: Readable, maxBytes: number, onMore?: () => void): (() => Buffer) => {
  const parts: Buffer[] = []
  let length = 0
  stream.on('data', (part: Buffer) => {
    const room = maxBytes - length
    if (room > 0) parts.push(part.subarray(0, room))
    length += part.length
    if (room >= 0 && part.length > room) onMore?.()
  })
  return () => Buffer.concat(parts)
}
