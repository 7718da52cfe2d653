/** A semaphore: at most `maxConcurrent` pieces of work run at once; the others wait, first in, first out. */
export const createConcurrencyLimit = (maxConcurrent: number) => {
  let running = 0
  const waiting: (() => void)[] = []

  const acquire = (): Promise<void> | undefined => {
    if (running >= maxConcurrent) return new Promise((resolve) => waiting.push(resolve))
    running++
    return undefined
  }

  /** The slot goes to whoever waits longest. */
  const release = () => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await acquire()
    try {
      return await work()
    } finally {
      release()
    }
  }
}
