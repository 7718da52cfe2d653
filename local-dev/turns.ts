/**
 * Lets at most so many pieces of work run at once; the others wait, and begin in the order in which they came.
 */
export const createTurns = (most: number) => {
  let running = 0
  const waiting: (() => void)[] = []

  const begin = (): Promise<void> | undefined => {
    if (running >= most) return new Promise((resolve) => waiting.push(resolve))
    running++
    return undefined
  }

  /** Whoever waits longest takes over the place. */
  const end = () => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await begin()
    try {
      return await work()
    } finally {
      end()
    }
  }
}
