import { crc32 } from 'node:zlib'
import type { Appends } from '../../entry'
import type { Items } from '../../items'

/** How a document changed where its append-only lists only grew: what was appended, and the rest of it whole. */
export interface AppendDelta {
  /** The document with its append-only lists empty. */
  rest: Readonly<Record<string, unknown>>
  /** The items that were appended to each of these lists. */
  appended: Readonly<Record<string, readonly unknown[]>>
  /** What each list held before: whatever this is applied to is compared with it. Earlier versions wrote none. */
  base?: Readonly<Record<string, ListState>>
}

/** How many items a list has, and the CRC-32 of their JSON. */
export type ListState = readonly [length: number, checksum: number]

/** How a document grew, as the JSON of an append delta. */
export const appendDeltaOf = ({ head, lists }: Appends): string => {
  const names = Object.keys(lists)
  const appended = names.map((name) => `"${name}":[${lists[name]?.added.join() ?? ''}]`)
  const base = names.map((name) => `"${name}":${JSON.stringify(stateOf(lists[name]?.before))}`)
  return `{"rest":${head},"appended":{${appended.join()}},"base":{${base.join()}}}`
}

/** The checksum of the first items of lists, without the bracket at their end: of those that grew from one another, once. */
const known = new WeakMap<object, OpenState>()
const start: OpenState = { length: 0, checksum: crc32('[') }
const itemsInStep = 1000

const stateOf = (items: Items | undefined): ListState => closed(items ? openStateOf(items) : start)

/** How many items a list has, and the CRC-32 of their JSON without the bracket at its end: so it can go on. */
export interface OpenState {
  readonly length: number
  readonly checksum: number
}

export const closed = ({ length, checksum }: OpenState): ListState => [length, crc32(']', checksum)]

/** Takes it as known that this is the state of a list. */
export const rememberState = (items: Items, state: OpenState): void => void known.set(items.origin, state)

export const openStateOf = (items: Items): OpenState => {
  const before = known.get(items.origin) ?? start
  let { length, checksum } = before.length <= items.length ? before : start
  while (length < items.length) {
    const texts = items.texts(length, length + itemsInStep)
    checksum = crc32(length === 0 ? texts.join() : `,${texts.join()}`, checksum)
    length += texts.length
  }
  if (length >= before.length) known.set(items.origin, { length, checksum })
  return { length, checksum }
}

export const listStateOf = (items: readonly unknown[]): ListState => [
  items.length,
  crc32(JSON.stringify(items)),
]
