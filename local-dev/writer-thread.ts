import { Worker } from 'node:worker_threads'
import type { DocumentWriter } from '../storage/drivers/files/write-documents'
import type { WriteRequest, WriteResult } from './document-writer'

/** Write-behind in a thread of its own (`document-writer.ts`), which is started with the first change. */
export const createWriterThread = (directory: string, strict: boolean): DocumentWriter => {
  let thread: Worker | undefined

  const start = () => {
    const started = new Worker(new URL('./document-writer.js', import.meta.url), {
      workerData: { directory, strict },
      // What it makes is garbage at once: a small nursery is enough, and by default it takes 48 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    })
    started.unref()
    return started
  }

  return {
    write: (changes, lease) =>
      new Promise((resolve, reject) => {
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
        const request: WriteRequest = { changes, lease }
        running.postMessage(request)
      }),
    async close() {
      await thread?.terminate()
    },
  }
}
