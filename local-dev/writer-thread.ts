import { Worker } from 'node:worker_threads'
import { isLong, textPieces } from '../storage/drivers/files/document-text'
import type { BlockedPath, DocumentWriter } from '../storage/drivers/files/write-documents'
import { othersTurn } from '../storage/others-turn'
import type { WriteRequest, WriteResult } from './document-writer'

/** So many characters of a long document are sent before others have their turn. */
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
        post({
          changes: changes.flatMap(({ key, document }): [string, string | null][] =>
            document && isLong(document) ? [] : [[key, document?.json ?? null]],
          ),
        })
        for (const { key, document } of changes) {
          if (!document || !isLong(document)) continue
          post({ begin: key })
          let characters = 0
          for (const piece of textPieces(document)) {
            post({ piece })
            characters += piece.length
            if (characters < charactersInTurn) continue
            await othersTurn()
            characters = 0
          }
          post({ end: true })
        }
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
