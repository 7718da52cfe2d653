import type { Readable } from 'node:stream'

const firstBufferBytes = 16 * 1024

/**
 * A body whose length nobody has said, straight from the connection: through a stream of the web, each of a million chunks of
 * one byte costs five times as much. Undefined if there are more than `maxBytes`; the rest is then still to be read.
 */
export const readChunkedBody = (
  incoming: Readable,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  new Promise((resolve, reject) => {
    let body = new Uint8Array(firstBufferBytes)
    let bytes = 0

    const stop = () => {
      incoming.off('data', take)
      incoming.off('end', finish)
      incoming.off('close', fail)
      incoming.off('error', fail)
    }
    const finish = () => {
      stop()
      resolve(body.subarray(0, bytes))
    }
    const fail = () => {
      stop()
      reject(new Error('The body broke off before its end'))
    }
    const take = (chunk: Buffer) => {
      const end = bytes + chunk.length
      if (end > maxBytes) {
        stop()
        incoming.pause()
        return resolve(undefined)
      }
      if (end > body.length) {
        const larger = new Uint8Array(Math.max(end, 2 * body.length))
        larger.set(body)
        body = larger
      }
      body.set(chunk, bytes)
      bytes = end
    }
    incoming.on('end', finish)
    incoming.on('close', fail)
    incoming.on('error', fail)
    incoming.on('data', take)
  })
