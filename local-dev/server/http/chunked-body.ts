import type { Readable } from 'node:stream'
import { gatherBody } from '../../../functions/http/gathered-body'
import { othersTurn } from '../../../storage/others-turn'

/** Of what a connection has sent, two megabytes are read at a time: as many chunks of one byte take 150 ms. */
const chunksInTurn = 5000

/** A request, and the connection that it comes on. */
type Incoming = Readable & { readonly socket?: { pause(): unknown; resume(): unknown } | null }

/**
 * A body whose length nobody has said, straight from the connection: through a stream of the web, each of a million chunks of
 * one byte costs five times as much. Undefined if there are more than `maxBytes`; the rest is then still to be read.
 */
export const readChunkedBody = (
  incoming: Incoming,
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
    let chunks = 0
    const letOthersIn = async () => {
      const { socket } = incoming
      socket?.pause()
      await othersTurn()
      socket?.resume()
    }
    const take = (chunk: Buffer) => {
      if (++chunks % chunksInTurn === 0) void letOthersIn()
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
