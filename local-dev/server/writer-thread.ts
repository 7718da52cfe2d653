import { Worker } from 'node:worker_threads'
import { isLong, textPieces } from '../../storage/drivers/files/document-text'
import { sealOf } from '../../storage/drivers/files/seals'
import type { BlockedPath, DocumentWriter } from '../../storage/drivers/files/write-documents'
import { othersTurn } from '../../storage/others-turn'
import type { WriteRequest, WriteResult } from './document-writer'

/** So many characters are sent before others have their turn. */
const charactersInTurn = 256 * 1024

interface Post {
  add(request: WriteRequest): void
  /** Sends what was added, and lets others have their turn. */
  turn(): Promise<void>
}

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

  /** One after the other; each ends with a request that is answered. What is sent between two turns is one message. */
  const ask = (send: (post: Post) => Promise<void>): Promise<readonly BlockedPath[]> => {
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
          let requests: WriteRequest[] = []
          const flush = () => {
            running.postMessage(requests)
            requests = []
          }
          const post: Post = {
            add: (request) => void requests.push(request),
            async turn() {
              flush()
              await othersTurn()
            },
          }
          send(post).then(flush).catch(onError)
        }),
    )
    latest = answered.catch(() => undefined)
    return answered
  }

  return {
    write: (changes, lease) =>
      ask(async (post) => {
        post.add({ lease })
        let characters = 0
        const isTurnOver = (length: number) => {
          characters += length
          if (characters < charactersInTurn) return false
          characters = 0
          return true
        }
        let short: [string, string | null][] = []
        const postShort = () => {
          post.add({ changes: short })
          short = []
        }
        for (const { key, document } of changes) {
          if (!document || !isLong(document)) {
            const json = document?.json ?? null
            short.push([key, json])
            if (!isTurnOver(key.length + (json?.length ?? 0))) continue
            postShort()
            await post.turn()
            continue
          }
          post.add({ begin: key, seal: document.parts && sealOf(key, document.parts) })
          for (const piece of textPieces(document)) {
            post.add({ piece })
            if (isTurnOver(piece.length)) await post.turn()
          }
          post.add({ end: true })
        }
        postShort()
        post.add({ finish: true })
      }),
    async sync(keys) {
      await ask(async (post) => post.add({ sync: keys }))
    },
    async close() {
      await thread?.terminate()
    },
  }
}
