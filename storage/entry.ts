import { hash } from 'node:crypto'
import { parseTrusted } from '../schemas/json-text'
import { Items } from './items'
import { type Entities, type Heads, type Kind, keyOf, kinds, type ListOf } from './kinds'
import type { Fields } from './kinds/kind'
import {
  charactersOf,
  growText,
  type ItemsByList,
  joinParts,
  type Parts,
  partsOf,
  takeApart,
  textsOf,
} from './parts'

/** What an entry is made from, besides its document: */
interface Source {
  /** The JSON that the document was parsed from. */
  text?: string
  /** The same without spaces. */
  compact?: string
  /** What was parsed from that, where the document is what a schema made of it. */
  parsed?: object
  /** The whole of it in parts: what is in the lists of the document does not matter then. */
  parts?: Parts
}

/** How a long document grew: its new head, and what was added to each of its lists. */
export interface Appends {
  head: string
  lists: Readonly<Record<string, { before: Items; added: readonly string[] }>>
}

/** A document with append-only lists that has at least so many characters is held in parts. */
const minPartedCharacters = 4096

/** So many of a long list are sent with its entity, where that was not asked for alone: the contract says so. */
const newestSent = 200

/**
 * One stored entity, at one moment of its life: entries are replaced, never changed.
 *
 * It holds the text that is sent; the document is parsed from that when a rule needs it. Text that was read from a
 * file (indented, for people) is compacted when it is first sent. A long history is held in parts: what was appended is
 * no more than added to it, and the whole text is made when somebody wants it.
 */
export class Entry<K extends Kind = Kind> {
  readonly kind: K
  readonly id: string
  readonly key: string
  readonly created: number
  readonly fields: Fields
  /** Undefined: it is in parts. */
  #text: string | undefined
  #parts: Parts | undefined
  #compact: boolean
  #etag: string | undefined

  constructor(kind: K, document: Entities[K], { text, compact, parsed, parts }: Source = {}) {
    const rules = kinds[kind]
    this.kind = kind
    this.id = rules.id(document)
    this.key = keyOf(kind, document)
    this.created = rules.createdAt(document)
    this.fields = rules.fields(document)
    this.#compact = text === undefined
    if (parts) this.#hold(parts)
    else {
      this.#text = text ?? compact ?? JSON.stringify(document)
      if (rules.appendOnly.length > 0 && this.#text.length >= minPartedCharacters)
        this.#hold(partsOf(parsed ?? document, rules.appendOnly))
    }
  }

  /**
   * An entity after a change: `document`, whose append-only lists are empty, with these items added to the lists that it
   * had `before`, if it was there. A long one costs no more than what is added to it.
   */
  static grown<K extends Kind>(
    kind: K,
    document: Entities[K],
    before: Entry<K> | undefined,
    added: ItemsByList,
  ): { entry: Entry<K>; appends?: Appends } {
    const { appendOnly } = kinds[kind]
    if (appendOnly.length === 0) return { entry: new Entry(kind, document) }
    if (!before) return { entry: new Entry(kind, { ...document, ...added }) }
    const head = JSON.stringify(document)
    const parts = before.#parts
    if (!parts) {
      const texts = appendOnly.map((name) => textsOf(added[name]))
      const characters = texts.flat().reduce((total, text) => total + text.length, head.length)
      const compact =
        characters + before.characters < minPartedCharacters
          ? growText(before.json, head, appendOnly, added)
          : undefined
      if (compact !== undefined && compact.length < minPartedCharacters)
        return { entry: new Entry(kind, document, { compact }) }
      // Not written, parsed and written once more: it may be a megabyte.
      const known = before.parts.lists
      const lists: Record<string, Items> = {}
      appendOnly.forEach((name, at) => {
        lists[name] = (known[name] ?? Items.of([])).append(texts[at] ?? [])
      })
      return { entry: new Entry(kind, document, { parts: { head, lists } }) }
    }
    const lists: Record<string, Items> = {}
    const appends: Record<string, { before: Items; added: readonly string[] }> = {}
    for (const name of appendOnly) {
      const items = parts.lists[name] ?? Items.of([])
      const texts = textsOf(added[name])
      lists[name] = items.append(texts)
      appends[name] = { before: items, added: texts }
    }
    return {
      entry: new Entry(kind, document, { parts: { head, lists } }),
      appends: { head, lists: appends },
    }
  }

  /** In parts if it is long as compact text: so it is held alike, and has the same tag, wherever it comes from. */
  #hold(parts: Parts): void {
    const isLong = charactersOf(parts) >= minPartedCharacters
    this.#parts = isLong ? parts : undefined
    this.#text = isLong ? undefined : joinParts(parts)
    this.#compact = true
  }

  /** The entity as compact JSON. */
  get json(): string {
    if (this.#parts) return joinOnce(this.#parts)
    if (!this.#compact) {
      this.#text = JSON.stringify(JSON.parse(this.#text ?? ''))
      this.#compact = true
    }
    return this.#text ?? ''
  }

  /**
   * The entity as it is sent in lists, events and answers to changes: where an append-only list is long, the newest
   * items of each, and how many there are.
   */
  get brief(): string {
    if (!this.#parts) return this.json
    const { lists } = this.#parts
    const totals = kinds[this.kind].appendOnly.map((name) => ({ name, total: lists[name]?.length ?? 0 }))
    if (totals.every(({ total }) => total <= newestSent)) return this.json
    const numbers = totals.map(({ name, total }) => `,"${name}Total":${total}`)
    return `${joinOnce(this.#parts, newestSent).slice(0, -1)}${numbers.join('')}}`
  }

  /** How many characters it has as JSON, or in the file that it was read from. */
  get characters(): number {
    return this.#parts ? charactersOf(this.#parts) : (this.#text?.length ?? 0)
  }

  /** How many of them are in memory. */
  get charactersInMemory(): number {
    if (!this.#parts) return this.characters
    let characters = this.#parts.head.length
    for (const items of Object.values(this.#parts.lists)) characters += items.charactersInMemory
    return characters
  }

  /** A strong entity tag: equal for equal contents. 132 bits of SHA-256, in one call: a `Hash` object costs more than a short text. */
  get etag(): string {
    this.#etag ??= `"${hash('sha256', this.#tagged(), 'base64url').slice(0, 22)}"`
    return this.#etag
  }

  #tagged(): string {
    if (!this.#parts) return this.json
    const { head, lists } = this.#parts
    return [head, ...kinds[this.kind].appendOnly.map((name) => lists[name]?.digest)].join()
  }

  /** The entity as an object of the caller's own: to change it changes nothing here. */
  read(): Entities[K] {
    return parseTrusted(this.#text ?? this.json)
  }

  /** The same with its append-only lists empty: so much costs little, however long they are. */
  readHead(): Heads[K] {
    if (this.#parts) return parseTrusted(this.#parts.head)
    const document = parseTrusted<Heads[K]>(this.#text ?? '')
    const { appendOnly } = kinds[this.kind]
    return appendOnly.length === 0 ? document : takeApart<Heads[K]>(document, appendOnly).head
  }

  /** What is in an append-only list of it. */
  items(list: ListOf<K>): Items {
    return this.parts.lists[list] ?? Items.of([])
  }

  /** Whether it is held in parts. */
  get isLong(): boolean {
    return this.#parts !== undefined
  }

  /** The entity in parts; of a kind without append-only lists, all of it is its head. */
  get parts(): Parts {
    return this.#parts ?? splitOnce(this)
  }
}

let latest: { entry: Entry; parts: Parts } | undefined

/** A change of thousands of timeline entries asks of each whether the session has it already. */
const splitOnce = (entry: Entry): Parts => {
  if (latest?.entry === entry) return latest.parts
  const parts = split(entry.json, kinds[entry.kind].appendOnly)
  latest = { entry, parts }
  return parts
}

const split = (json: string, names: readonly string[]): Parts =>
  names.length === 0 ? { head: json, lists: {} } : partsOf(parseTrusted<object>(json), names)

/** So many characters are kept for who asks next. */
const maxKeptCharacters = 256 * 1024
let kept: { parts: Parts; newest: number | undefined; json: string } | undefined

/** A change asks for the same text several times in a row: for its answer, its events, its journal. */
const joinOnce = (parts: Parts, newest?: number): string => {
  if (kept?.parts === parts && kept.newest === newest) return kept.json
  const json = joinParts(parts, newest)
  kept = json.length > maxKeptCharacters ? undefined : { parts, newest, json }
  return json
}
