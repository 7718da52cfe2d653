/** A cursor into a list, valid also after its entry is removed: when that was created, and its id. */
export interface Position {
  readonly created: number
  readonly id: string
}

/** Below 0 where the first is older. */
export const comparePositions = (a: Position, b: Position): number =>
  a.created - b.created || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/**
 * A sorted list of entries, oldest first, in blocks: what is added is nearly always the newest, and to add or remove one
 * in the middle moves no more than a block, however long the list is.
 */
export class Ordered<T extends Position> {
  readonly #maxBlockSize: number
  readonly #blocks: T[][] = []
  #size = 0
  /** All entries, once they were asked for. */
  #all: readonly T[] | undefined

  constructor(maxBlockSize = 512) {
    this.#maxBlockSize = maxBlockSize
  }

  get size(): number {
    return this.#size
  }

  /** Adds an entry, or replaces the one at its position. */
  put(entry: T): void {
    this.#all = undefined
    const last = this.#blocks.at(-1)
    const newest = last?.at(-1)
    if (last && newest && last.length < this.#maxBlockSize && comparePositions(newest, entry) < 0) {
      last.push(entry)
      this.#size++
      return
    }
    const at = this.#blockOf(entry)
    const block = this.#blocks[at] ?? []
    const index = indexAfter(block, entry)
    const before = block[index - 1]
    if (before && comparePositions(before, entry) === 0) {
      block[index - 1] = entry
      return
    }
    this.#size++
    if (block.length < this.#maxBlockSize) {
      block.splice(index, 0, entry)
      if (block.length === 1) this.#blocks.push(block)
    } else if (index === block.length) this.#blocks.splice(at + 1, 0, [entry])
    else {
      const second = block.splice(block.length >>> 1)
      this.#blocks.splice(at + 1, 0, second)
      const half = index <= block.length ? block : second
      half.splice(indexAfter(half, entry), 0, entry)
    }
  }

  /** Removes the entry at this position, if there is one. */
  remove(position: Position): void {
    const at = this.#blockOf(position)
    const block = this.#blocks[at]
    const index = block ? indexAfter(block, position) - 1 : -1
    const found = block?.[index]
    if (!block || !found || comparePositions(found, position) !== 0) return
    this.#all = undefined
    this.#size--
    block.splice(index, 1)
    if (block.length === 0) this.#blocks.splice(at, 1)
  }

  /** The entries after a position, or all: not to be changed by the caller, nor kept across a change. */
  after(position?: Position): readonly T[] {
    if (position) return [...this.from(position)]
    this.#all ??= this.#blocks.length === 1 ? this.#blocks[0] : this.#blocks.flat()
    return this.#all ?? []
  }

  /** The same one by one, for who needs only the first of them. */
  *from(position?: Position): Generator<T, void> {
    const first = position ? this.#blockOf(position) : 0
    for (let at = first; at < this.#blocks.length; at++) {
      const block = this.#blocks[at] ?? []
      for (
        let index = position && at === first ? indexAfter(block, position) : 0;
        index < block.length;
        index++
      ) {
        const entry = block[index]
        if (entry) yield entry
      }
    }
  }

  /** Those before a position, or all, the newest first. */
  *before(position?: Position): Generator<T, void> {
    const last = position ? this.#blockOf(position) : this.#blocks.length - 1
    for (let at = last; at >= 0; at--) {
      const block = this.#blocks[at] ?? []
      for (
        let index = position && at === last ? indexBefore(block, position) : block.length - 1;
        index >= 0;
        index--
      ) {
        const entry = block[index]
        if (entry) yield entry
      }
    }
  }

  /** The block that a position is in, or would be. */
  #blockOf(position: Position): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      const first = this.#blocks[middle]?.[0]
      if (first && comparePositions(first, position) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }
}

const indexAfter = (block: readonly Position[], position: Position): number => {
  let low = 0
  let high = block.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = block[middle]
    if (entry && comparePositions(entry, position) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Of the last entry before the position, where the block has one; else -1. */
const indexBefore = (block: readonly Position[], position: Position): number => {
  const last = indexAfter(block, position) - 1
  const found = block[last]
  return found && comparePositions(found, position) === 0 ? last - 1 : last
}
