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
export function createInbox<T>(nameOf: (item: T) => string): Inbox<T> {
  const all: T[] = []
  const arrived = new Set<() => void>()
  let given = 0

  function waitUntil(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        clearTimeout(hang)
        arrived.delete(look)
        resolve(found)
      }
      const hang = setTimeout(() => {
        arrived.delete(look)
        reject(new Error(`not among ${all.length} that came: ${all.map(nameOf).join(' ')}`))
      }, 10_000)
      arrived.add(look)
      look()
    })
  }

  return {
    all,
    add(item) {
      all.push(item)
      for (const look of [...arrived]) look()
    },
    waitFor: (fits) => waitUntil(() => all.find(fits)),
    next: () => waitUntil(() => (given < all.length ? all[given++] : undefined)),
  }
}
