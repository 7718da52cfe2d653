import { Worker } from 'node:worker_threads'
import { isLong, textPieces } from '../../storage/drivers/files/document-text'
import { sealOf } from '../../storage/drivers/files/seals'
import type { BlockedPath, DocumentWriter } from '../../storage/drivers/files/write-documents'
import { othersTurn } from '../../storage/others-turn'
import type { WriteRequest, WriteResult } from './document-writer'

/** So many characters are sent before others have their turn. */
const charactersInTurn = 256 * 1024

/** Write-behind in a thread of its own (`document-writer.ts`), which is started with the first change. */
export const createWriterThread = (directory: string, strict: boolean): DocumentWriter => {
  let thread: Worker | undefined
  let latest: Promise<unknown> = Promise.resolve()

  const start = () => {
    const started = new Worker(new URL('./document-writer.js', import.meta.url), {
      workerData: { directory, strict },
      // What it makes is garbage at once: a small nursery is enough, and by default it takes 48 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    })
    started.unref()
    return started
  }

  /** One after the other; each ends with a request that is answered. */
  const ask = (
    send: (post: (request: WriteRequest) => void) => Promise<void>,
  ): Promise<readonly BlockedPath[]> => {
    const answered = latest.then(
      () =>
        new Promise<readonly BlockedPath[]>((resolve, reject) => {
          thread ??= start()
          const running = thread
          const onMessage = (result: WriteResult) => {
            running.off('message', onMessage).off('error', onError)
            if ('blocked' in result) resolve(result.blocked)
            else reject(result.error)
          }
          const onError = (error: unknown) => {
            thread = undefined
            onMessage({ error })
          }
          running.on('message', onMessage).on('error', onError)
          send((request) => running.postMessage(request)).catch(onError)
        }),
    )
    latest = answered.catch(() => undefined)
    return answered
  }

  return {
    write: (changes, lease) =>
      ask(async (post) => {
        post({ lease })
        let characters = 0
        const isTurnOver = (length: number) => {
          characters += length
          if (characters < charactersInTurn) return false
          characters = 0
          return true
        }
        let short: [string, string | null][] = []
        const postShort = () => {
          post({ changes: short })
          short = []
        }
        for (const { key, document } of changes) {
          if (!document || !isLong(document)) {
            const json = document?.json ?? null
            short.push([key, json])
            if (!isTurnOver(key.length + (json?.length ?? 0))) continue
            postShort()
            await othersTurn()
            continue
          }
          post({ begin: key, seal: document.parts && sealOf(key, document.parts) })
          for (const piece of textPieces(document)) {
            post({ piece })
            if (isTurnOver(piece.length)) await othersTurn()
          }
          post({ end: true })
        }
        postShort()
        post({ finish: true })
      }),
    async sync(keys) {
      await ask(async (post) => post({ sync: keys }))
    },
    async close() {
      await thread?.terminate()
    },
  }
}
