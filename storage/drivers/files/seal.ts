import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../../schemas/json-text'
import { kindOfKey, kinds } from '../../kinds'
import type { Parts } from '../../parts'
import { openStateOf } from './append-delta'
import { currentFormat } from './format'
import { privateFile } from './private-files'

/** What is known of an append-only list whose document was written. */
const SealedList = z.object({
  length: z.int().min(0),
  /** Of its items as compact JSON, together. */
  characters: z.int().min(0),
  /** CRC-32 of the JSON of the list, without the bracket at its end. */
  checksum: z.int(),
  digest: z.object({ chain: z.string(), start: z.int().min(0) }),
})

export const SealedLists = z.record(z.string(), SealedList)

/**
 * What a long document's file was when this server wrote it: one that still is so was checked before, so that a start
 * need not look at each of a hundred thousand entries again.
 */
export const Seal = z.object({
  format: z.literal(currentFormat),
  /** The last migration of its kind. */
  version: z.int(),
  /** In bytes. */
  size: z.int(),
  /** CRC-32 of the bytes of the file. */
  checksum: z.int(),
  lists: SealedLists,
})

export type Seal = z.infer<typeof Seal>
export type SealedList = z.infer<typeof SealedList>
export type SealedLists = z.infer<typeof SealedLists>

/** Its folder in the data directory. */
export const sealFolder = '.seals'

const pathOf = (directory: string, key: string) =>
  join(directory, sealFolder, `${key.replaceAll(':', '.')}.json`)

/** What is to be sealed of the lists of a document that is written. */
export const sealedListsOf = ({ lists }: Parts): SealedLists =>
  Object.fromEntries(
    Object.entries(lists).map(([name, items]) => {
      const { length, characters, knownDigest: digest } = items
      return [name, { length, characters, checksum: openStateOf(items).checksum, digest }]
    }),
  )

/** The version of the documents that this server writes under a key. */
const versionOf = (key: string): number => kinds[kindOfKey(key) ?? 'sessions'].migrations.at(-1)?.to ?? 1

/** A document that is not sealed is only slower to read. */
export const writeSeal = (
  directory: string,
  key: string,
  file: { size: number; checksum: number },
  lists: SealedLists,
): void => {
  const seal: Seal = { format: currentFormat, version: versionOf(key), ...file, lists }
  try {
    writeFileSync(pathOf(directory, key), JSON.stringify(seal), privateFile)
  } catch {
    removeSeal(directory, key)
  }
}

const removeSeal = (directory: string, key: string): void => {
  try {
    rmSync(pathOf(directory, key), { force: true })
  } catch {
    // It does not fit its document any more, and says so itself.
  }
}

/** The keys of all documents that have a seal; the seals of those that are gone are removed. */
export const sealedKeys = (directory: string, isThere: (key: string) => boolean): Set<string> => {
  const keys = readdirSync(join(directory, sealFolder)).flatMap((name) =>
    name.endsWith('.json') ? [name.slice(0, -'.json'.length).replaceAll('.', ':')] : [],
  )
  for (const key of keys) if (!isThere(key)) removeSeal(directory, key)
  return new Set(keys)
}

/** The seal of a document, if it is one of this version of documents; what cannot be read counts for none. */
export const readSeal = (directory: string, key: string): Seal | undefined => {
  try {
    const { data } = Seal.safeParse(parseJson(readFileSync(pathOf(directory, key), 'utf8')))
    return data?.version === versionOf(key) ? data : undefined
  } catch {
    return undefined
  }
}
