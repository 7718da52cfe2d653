import { createHash } from 'node:crypto'
import { parseTrusted } from '../schemas/json-text'
import { type Entities, type Kind, keyOf, kinds } from './kinds'
import type { Fields } from './kinds/kind'

/**
 * One stored entity, at one moment of its life: entries are replaced, never changed.
 *
 * It holds the text that is sent; the document is parsed from that when a rule needs it. Text that was read from a
 * file (indented, for people) is compacted when it is first sent.
 */
export class Entry<K extends Kind = Kind> {
  readonly kind: K
  readonly id: string
  readonly key: string
  readonly created: number
  readonly fields: Fields
  #text: string
  #compact: boolean
  #etag: string | undefined

  /** `text`: the JSON that the document was parsed from, if there is one; `compact`: the same without spaces. */
  constructor(kind: K, document: Entities[K], { text, compact }: { text?: string; compact?: string } = {}) {
    const rules = kinds[kind]
    this.kind = kind
    this.id = rules.id(document)
    this.key = keyOf(kind, document)
    this.created = rules.createdAt(document)
    this.fields = rules.fields(document)
    this.#text = text ?? compact ?? JSON.stringify(document)
    this.#compact = text === undefined
  }

  /** The entity as compact JSON. */
  get json(): string {
    if (!this.#compact) {
      this.#text = JSON.stringify(JSON.parse(this.#text))
      this.#compact = true
    }
    return this.#text
  }

  /** A strong entity tag: equal for equal text. 132 bits of SHA-256. */
  get etag(): string {
    this.#etag ??= `"${createHash('sha256').update(this.json).digest('base64url').slice(0, 22)}"`
    return this.#etag
  }

  /** The entity as an object of the caller's own: to change it changes nothing here. */
  read(): Entities[K] {
    return parseTrusted(this.#text)
  }
}
