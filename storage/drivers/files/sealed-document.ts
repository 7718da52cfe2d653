import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { Items, idOf, type KeptItems } from '../../items'
import { kindOfKey, kinds } from '../../kinds'
import type { Parts } from '../../parts'
import { rememberState } from './append-delta'
import { pathOfKey } from './document-paths'
import type { SealedList, SealedLists } from './seal'
import { readSeal } from './seals'

/**
 * A long document in parts, if its file is byte by byte as this server has sealed it; else undefined: then it is to be
 * read as any other. What is in its lists is not parsed before somebody asks for it.
 */
export const readSealedDocument = (directory: string, key: string): Parts | undefined => {
  const seal = readSeal(directory, key)
  const kind = kindOfKey(key)
  if (!seal || kind === undefined) return undefined
  let bytes: Buffer
  try {
    bytes = readFileSync(pathOfKey(directory, key))
  } catch {
    return undefined
  }
  if (bytes.length !== seal.size || crc32(bytes) !== seal.checksum) return undefined
  return split(bytes.toString(), kinds[kind].appendOnly, seal.lists)
}

/** Takes an indented document apart: its lists are those fields of it whose items stand on lines of their own. */
const split = (text: string, names: readonly string[], sealed: SealedLists): Parts | undefined => {
  const lists: Record<string, Items> = {}
  const found: { start: number; end: number }[] = []
  for (const name of names) {
    const state = sealed[name]
    const opening = `\n  ${JSON.stringify(name)}: [`
    const start = text.indexOf(opening) + opening.length
    if (!state || start < opening.length) return undefined
    const places = placesOf(text, start, state.length)
    if (!places) return undefined
    const items = Items.keptAs(itemsIn(text, places, state))
    rememberState(items, state)
    lists[name] = items
    found.push({ start, end: state.length === 0 ? start : endOf(places) + '\n  '.length })
  }
  let head = ''
  let from = 0
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    head += text.slice(from, start)
    from = end
  }
  return { head: JSON.stringify(JSON.parse(head + text.slice(from))), lists }
}

const itemOpening = '\n    '
const itemClosing = '\n    }'

const endOf = (places: Uint32Array): number => places.at(-1) ?? 0

/** Where so many items of a list are, from its bracket on: where each begins and ends; undefined if there are others. */
const placesOf = (text: string, start: number, length: number): Uint32Array | undefined => {
  const places = new Uint32Array(2 * length)
  let at = start
  for (let n = 0; n < length; n++) {
    const end = text.indexOf(itemClosing, at) + itemClosing.length
    if (end < itemClosing.length || text[end] !== (n < length - 1 ? ',' : '\n')) return undefined
    places[2 * n] = at + itemOpening.length
    places[2 * n + 1] = end
    at = end + 1
  }
  return text[endOf(places) + '\n  '.length] === ']' || text[start] === ']' ? places : undefined
}

const idPattern = /^\{\n {6}"id": "([^"\\]*)"/

/** Items in an indented text: each is made compact when it is first asked for. The text goes when all of them are. */
const itemsIn = (
  text: string,
  places: Uint32Array,
  { length, characters, digest }: SealedList,
): KeptItems => {
  let source: string | undefined = text
  let left = length
  let ids: Set<string> | undefined
  const texts: (string | undefined)[] = []

  const indented = (at: number) => source?.slice(places[2 * at], places[2 * at + 1]) ?? ''

  const textAt = (at: number): string => {
    const known = texts[at]
    if (known !== undefined) return known
    const made = JSON.stringify(JSON.parse(indented(at)))
    texts[at] = made
    left--
    if (left === 0) source = undefined
    return made
  }

  const idAt = (at: number): string | undefined =>
    (source === undefined ? undefined : idPattern.exec(indented(at))?.[1]) ?? idOf(JSON.parse(textAt(at)))

  const allIds = () => {
    const found = new Set<string>()
    for (let at = 0; at < length; at++) {
      const id = idAt(at)
      if (id !== undefined) found.add(id)
    }
    return found
  }

  return {
    length,
    characters,
    digest,
    texts: (start, end) =>
      Array.from({ length: Math.max(0, Math.min(end, length) - start) }, (_, n) => textAt(start + n)),
    has(id) {
      ids ??= allIds()
      return ids.has(id)
    },
  }
}
