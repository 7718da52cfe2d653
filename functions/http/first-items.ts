/** The first of some items, at most so many; all if no number is given. The others are not made. */
export const firstItems = <T>(items: Iterable<T>, limit = Number.POSITIVE_INFINITY): T[] => {
  const first: T[] = []
  for (const item of items) {
    first.push(item)
    if (first.length >= limit) break
  }
  return first
}
