import { Worker } from 'node:worker_threads'
import type { DocumentWriter } from '../storage/drivers/files/document-files'

/** Writes documents in a thread of its own, which is started with the first. */
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
    write: (changes) =>
      new Promise((resolve, reject) => {
        thread ??= start()
        const running = thread
        const settle = (error: unknown) => {
          running.off('message', settle).off('error', fail)
          if (error === null) resolve()
          else reject(error)
        }
        const fail = (error: unknown) => {
          thread = undefined
          settle(error)
        }
        running.on('message', settle).on('error', fail)
        running.postMessage(changes)
      }),
    async close() {
      await thread?.terminate()
    },
  }
}
