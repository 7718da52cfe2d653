// What a client was sent, in order: a test waits for what is to come, never for a time.

export interface Inbox<T> {
  /** Everything so far, in the order in which it came. */
  all: T[]
  add(item: T): void
  /** The first, past or future, that fits. Fails when none has come after 10 s. */
  waitFor(fits: (item: T) => boolean): Promise<T>
  /** The first that `next` has not given yet. Fails when none has come after 10 s. */
  next(): Promise<T>
}

/** An empty one; `nameOf` is how a failure tells what had come instead. */
export const createInbox = <T>(nameOf: (item: T) => string): Inbox<T> => {
  const all: T[] = []
  const waiting = new Set<(item: T) => void>()
  let given = 0

  const comes = (fits: (item: T) => boolean) =>
    new Promise<T>((resolve, reject) => {
      const check = (item: T) => {
        if (!fits(item)) return
        clearTimeout(hang)
        waiting.delete(check)
        resolve(item)
      }
      const hang = setTimeout(() => {
        waiting.delete(check)
        const last = all.slice(-50).map(nameOf).join(' ')
        reject(new Error(`not among the ${all.length} that came, at last: ${last}`))
      }, 10_000)
      waiting.add(check)
    })

  return {
    all,
    add(item) {
      all.push(item)
      for (const check of [...waiting]) check(item)
    },
    waitFor: async (fits) => all.find(fits) ?? comes(fits),
    async next() {
      const index = given++
      return all[index] ?? comes(() => all.length > index)
    },
  }
}
