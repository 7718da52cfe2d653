/** A cursor into a list, valid also after its entry is removed: when that was created, and its id. */
export interface Position {
  readonly created: number
  readonly id: string
}

const comparePositions = (a: Position, b: Position): number =>
  a.created - b.created || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/**
 * A sorted list of entries, oldest first. What is added is nearly always the newest, so an array is enough: an
 * addition at the end costs nothing, one in the middle moves the pointers behind it.
 */
export class Ordered<T extends Position> {
  #entries: T[] = []

  get size(): number {
    return this.#entries.length
  }

  /** Adds an entry, or replaces the one at its position. */
  put(entry: T): void {
    const last = this.#entries.at(-1)
    if (last === undefined || comparePositions(last, entry) < 0) {
      this.#entries.push(entry)
      return
    }
    const index = this.#indexAfter(entry)
    const before = this.#entries[index - 1]
    if (before && comparePositions(before, entry) === 0) this.#entries[index - 1] = entry
    else this.#entries.splice(index, 0, entry)
  }

  /** Removes the entry at this position, if there is one. */
  remove(position: Position): void {
    const index = this.#indexAfter(position) - 1
    const found = this.#entries[index]
    if (found && comparePositions(found, position) === 0) this.#entries.splice(index, 1)
  }

  /** The entries after a position, or all: not to be changed by the caller, nor kept across a change. */
  after(position?: Position): readonly T[] {
    return position ? this.#entries.slice(this.#indexAfter(position)) : this.#entries
  }

  /** The same one by one, for who needs only the first of them. */
  *from(position?: Position): Generator<T, void> {
    for (let index = position ? this.#indexAfter(position) : 0; index < this.#entries.length; index++) {
      const entry = this.#entries[index]
      if (entry) yield entry
    }
  }

  #indexAfter(position: Position): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = this.#entries[middle]
      if (entry && comparePositions(entry, position) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
