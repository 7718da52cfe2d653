import type { Readable } from 'node:stream'
import { gatherBody } from '../../../functions/http/gathered-body'

/**
 * A body whose length nobody has said, straight from the connection: through a stream of the web, each of a million chunks of
 * one byte costs five times as much. Undefined if there are more than `maxBytes`; the rest is then still to be read.
 */
export const readChunkedBody = (
  incoming: Readable,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  new Promise((resolve, reject) => {
    const gathered = gatherBody(maxBytes)

    const stop = () => {
      incoming.off('data', take)
      incoming.off('end', finish)
      incoming.off('close', fail)
      incoming.off('error', fail)
    }
    const finish = () => {
      stop()
      resolve(gathered.bytes())
    }
    const fail = () => {
      stop()
      reject(new Error('The body broke off before its end'))
    }
    const take = (chunk: Buffer) => {
      if (gathered.add(chunk)) return
      stop()
      incoming.pause()
      resolve(undefined)
    }
    incoming.on('end', finish)
    incoming.on('close', fail)
    incoming.on('error', fail)
    incoming.on('data', take)
  })
