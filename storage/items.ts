import { createHash } from 'node:crypto'

/** Items of a list that are kept elsewhere, and read when they are asked for: they are always the first ones. */
export interface KeptItems {
  readonly length: number
  /** Of their texts together. */
  readonly characters: number
  /** Those from one position up to, not including, another one. */
  texts(start: number, end: number): readonly string[]
  has(id: string): boolean
  readonly digest: DigestState
}

/** How far the digest of a list is: what it has of the items before `start`. */
export interface DigestState {
  readonly chain: string
  readonly start: number
}

/** What lists that grew from one another share: their items in memory, of which each list has the first so many. */
interface Tail {
  readonly kept: KeptItems | undefined
  readonly texts: string[]
  /** Which ids there are, and where each is first, of the first `indexed` texts. */
  readonly ids: Map<string, number>
  indexed: number
  digest: DigestState
}

const noDigest: DigestState = { chain: '', start: 0 }
/** So many characters are one link of the digest's chain. */
const linkCharacters = 16 * 1024

/**
 * The items of an append-only list, as JSON texts, at one moment: lists are replaced, never changed. To append costs what
 * is appended, to whoever holds the newest list; an older one, that of before a change which was undone, is copied.
 */
export class Items {
  readonly length: number
  /** Of all texts together. */
  readonly characters: number
  readonly #tail: Tail

  private constructor(tail: Tail, length: number, characters: number) {
    this.#tail = tail
    this.length = length
    this.characters = characters
  }

  static of(texts: readonly string[]): Items {
    return new Items(newTail(undefined, [...texts]), texts.length, charactersOf(texts))
  }

  /** The items that are kept elsewhere; those that are appended stay in memory. */
  static keptAs(kept: KeptItems): Items {
    return new Items(newTail(kept, []), kept.length, kept.characters)
  }

  append(texts: readonly string[]): Items {
    if (texts.length === 0) return this
    const held = this.length - this.#inMemoryFrom
    const isNewest = this.#tail.texts.length === held
    const tail = isNewest ? this.#tail : this.#copiedTail(held)
    for (const text of texts) tail.texts.push(text)
    return new Items(tail, this.length + texts.length, this.characters + charactersOf(texts))
  }

  #copiedTail(held: number): Tail {
    const { kept, texts, digest } = this.#tail
    const copy = newTail(kept, texts.slice(0, held))
    if (digest.start <= this.length) copy.digest = digest
    return copy
  }

  /** Those from one position up to, not including, another one. */
  texts(start = 0, end = this.length): readonly string[] {
    const from = this.#inMemoryFrom
    const until = Math.min(end, this.length)
    const inMemory = this.#tail.texts.slice(Math.max(0, start - from), Math.max(0, until - from))
    if (start >= from || !this.#tail.kept) return inMemory
    return [...this.#tail.kept.texts(start, Math.min(until, from)), ...inMemory]
  }

  /** Whether one of them has this id. */
  has(id: string): boolean {
    const { kept, texts, ids } = this.#tail
    for (; this.#tail.indexed < texts.length; this.#tail.indexed++) {
      const found = idInText(texts[this.#tail.indexed] ?? '')
      if (found !== undefined && !ids.has(found)) ids.set(found, this.#tail.indexed)
    }
    const at = ids.get(id)
    return (at !== undefined && at < this.length - this.#inMemoryFrom) || kept?.has(id) === true
  }

  /** In characters, what of this is in memory. */
  get charactersInMemory(): number {
    return this.characters - (this.#tail.kept?.characters ?? 0)
  }

  /** The same for the same items, however they came together. After an append it costs a link of its chain, and what was appended. */
  get digest(): string {
    const { chain, start } = this.digestState
    return sha256(chain, this.texts(start))
  }

  get digestState(): DigestState {
    let { chain, start } = this.knownDigest
    let characters = 0
    let texts: string[] = []
    // Not all at once: those that are kept elsewhere may be many.
    for (let at = start; at < this.length; at += pageSize)
      for (const [index, text] of this.texts(at, at + pageSize).entries()) {
        texts.push(text)
        characters += text.length
        if (characters < linkCharacters) continue
        chain = sha256(chain, texts)
        start = at + index + 1
        texts = []
        characters = 0
      }
    const state = { chain, start }
    if (start > this.#tail.digest.start) this.#tail.digest = state
    return state
  }

  /** How far the digest is known already. */
  get knownDigest(): DigestState {
    const { digest } = this.#tail
    return digest.start <= this.length ? digest : noDigest
  }

  /** The same object for lists that grew from one another, for what is remembered of them elsewhere. */
  get origin(): object {
    return this.#tail
  }

  /** The position of the first item that is in memory. */
  get #inMemoryFrom(): number {
    return this.#tail.kept?.length ?? 0
  }
}

const pageSize = 1000

const newTail = (kept: KeptItems | undefined, texts: string[]): Tail => ({
  kept,
  texts,
  ids: new Map(),
  indexed: 0,
  digest: kept?.digest ?? noDigest,
})

const charactersOf = (texts: readonly string[]): number => {
  let characters = 0
  for (const text of texts) characters += text.length
  return characters
}

const sha256 = (chain: string, texts: readonly string[]): string =>
  createHash('sha256').update(chain).update(texts.join()).digest('base64url')

/** What this server writes begins with its id, if that needs no escaping. */
const idFirst = /^\{"id":"([^"\\]*)"/

const idInText = (text: string): string | undefined => idFirst.exec(text)?.[1] ?? idOf(JSON.parse(text))

/** The id of an item, if it has one. */
export const idOf = (item: unknown): string | undefined =>
  typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string'
    ? item.id
    : undefined
