import * as z from 'zod'
import { parseJson } from '../../../schemas/json-text'
import type { Put } from '../../driver'
import { Items } from '../../items'
import { kindOfKey, kinds } from '../../kinds'
import { charactersOf, joinParts, type Parts } from '../../parts'

/** A document as the database holds it: whole, or a long one in parts, what is in its lists in rows of their own. */
export type HeldDocument = { readonly json: string } | { readonly parts: Parts }

/** How many items each list has. */
export type Lengths = Readonly<Record<string, number>>

const Lengths = z.record(z.string(), z.int().min(0))

export const heldOf = (put: Put): HeldDocument => (put.parts ? { parts: put.parts } : { json: put.json })

export const jsonOf = (held: HeldDocument): string => ('parts' in held ? joinParts(held.parts) : held.json)

export const lengthsOf = ({ lists }: Parts): Lengths =>
  Object.fromEntries(Object.entries(lists).map(([name, { length }]) => [name, length]))

/** The lists that may be in rows of their own, of the kind of this document. */
export const listNamesOf = (key: string): readonly string[] => {
  const kind = kindOfKey(key)
  return kind === undefined ? [] : kinds[kind].appendOnly
}

/** How much of a document is stored with a change, in characters. */
export const sizeOf = (put: Put): number => {
  if (!put.appends) return put.parts ? charactersOf(put.parts) : put.json.length
  let characters = put.appends.head.length
  for (const { added } of Object.values(put.appends.lists))
    for (const text of added) characters += text.length
  return characters
}

/** The lengths of the lists that the database has already of a document that only grew; undefined: it is to be stored anew. */
export const lengthsBefore = (put: Put, held: HeldDocument | undefined): Lengths | undefined => {
  if (!put.parts || !put.appends || !held || !('parts' in held)) return undefined
  const lists = Object.entries(put.appends.lists)
  if (!lists.every(([name, { before }]) => isSame(before, held.parts.lists[name]))) return undefined
  return Object.fromEntries(lists.map(([name, { before }]) => [name, before.length]))
}

/** Item for item only where one was read from the database, and the other not changed since. */
const isSame = (one: Items, other: Items | undefined): boolean => {
  if (one.length !== other?.length) return false
  if (one.origin === other.origin) return true
  const texts = other.texts()
  return one.texts().every((text, at) => text === texts[at])
}

/** A row of the documents. */
export interface DocumentRow {
  key: string
  json: string
  /** The lengths of its lists; null: it is whole. */
  lists: string | null
}

/** A row of the items, in the order of their lists and positions. */
export interface ItemRow {
  list: string
  position: number
  json: string
}

/** A document of these rows. Where items are missing, it has those that are there, and is stored anew with its next change. */
export const heldOfRows = ({ json, lists }: DocumentRow, rows: readonly ItemRow[]): HeldDocument => {
  const lengths = Lengths.safeParse(lists === null ? null : parseJson(lists)).data
  if (!lengths) return { json }
  const texts = new Map(Object.keys(lengths).map((name): [string, string[]] => [name, []]))
  let isWhole = true
  for (const { list, position, json } of rows) {
    const found = texts.get(list)
    if (found?.length !== position) isWhole = false
    found?.push(json)
  }
  for (const [name, found] of texts) if (found.length !== lengths[name]) isWhole = false
  const parts = {
    head: json,
    lists: Object.fromEntries([...texts].map(([name, found]) => [name, Items.of(found)])),
  }
  return isWhole ? { parts } : { json: joinParts(parts) }
}
