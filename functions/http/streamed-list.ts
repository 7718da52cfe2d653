import type { Documents, Where } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import type { Kind } from '../../storage/kinds'
import type { Position } from '../../storage/ordered'

/** So many entities are read at a time. */
const batchSize = 1000

/**
 * A list as it is sent, where entities are not in memory anyway: it is read a portion at a time, all in one go,
 * and never held as a whole but in the bytes that are sent.
 */
export const streamList = <K extends Kind>(
  documents: Documents,
  kind: K,
  where: Where,
  keep: (entry: Entry<K>) => boolean,
): { body: ReadableStream<Uint8Array>; total: number } => {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  let total = 0
  let after: Position | undefined
  do {
    const entries = documents.list(kind, where, { after, limit: batchSize })
    after = entries.length === batchSize ? entries.at(-1) : undefined
    const kept = entries.filter(keep)
    if (kept.length === 0) continue
    pieces.push(encoder.encode(`${total === 0 ? '[' : ','}${kept.map((entry) => entry.brief).join()}`))
    total += kept.length
  } while (after)
  pieces.push(encoder.encode(total === 0 ? '[]' : ']'))
  return { body: streamOfChunks(pieces), total }
}

/** A body of these pieces; each is let go of when it is sent. */
export const streamOfChunks = (pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
