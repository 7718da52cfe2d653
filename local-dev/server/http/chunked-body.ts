import type { Readable } from 'node:stream'
import { gatherBody } from '../../../functions/http/gathered-body'
import { othersTurn } from '../../../storage/others-turn'

/** Of what a connection has sent, two megabytes are read at a time: as many chunks of one byte take 150 ms. */
const chunksInTurn = 2000

/** A request, and the connection that it comes on. */
type Incoming = Readable & { readonly socket?: Connection | null }

interface Connection {
  pause(): unknown
  resume(): unknown
}

/** Reads nothing of a connection until others have had their turn. */
const holdBack = async (socket: Connection): Promise<void> => {
  socket.pause()
  // A request that has taken a chunk asks for the next one, and would be given it.
  socket.resume = () => socket
  await othersTurn()
  Reflect.deleteProperty(socket, 'resume')
  socket.resume()
}

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
    let held: Promise<void> | undefined
    const letOthersIn = () => {
      if (!incoming.socket || held) return
      held = holdBack(incoming.socket).finally(() => {
        held = undefined
      })
    }
    const take = (chunk: Buffer) => {
      if (++chunks % chunksInTurn === 0) letOthersIn()
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
