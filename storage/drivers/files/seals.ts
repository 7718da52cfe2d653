import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '../../../schemas/json-text'
import { kindOfKey, kinds } from '../../kinds'
import type { Parts } from '../../parts'
import { openStateOf } from './append-delta'
import { currentFormat } from './format'
import { Seal } from './seal'
import { removeSeal, sealFolder, sealPathOf, type UnwrittenSeal } from './seal-file'

/** What is to be sealed of a document that is written in parts. */
export const sealOf = (key: string, { lists }: Parts): UnwrittenSeal => ({
  format: currentFormat,
  version: versionOf(key),
  lists: Object.fromEntries(
    Object.entries(lists).map(([name, items]) => {
      const { length, characters, knownDigest: digest } = items
      return [name, { length, characters, checksum: openStateOf(items).checksum, digest }]
    }),
  ),
})

/** The version of the documents that this server writes under a key. */
const versionOf = (key: string): number => kinds[kindOfKey(key) ?? 'sessions'].migrations.at(-1)?.to ?? 1

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
    const { data } = Seal.safeParse(parseJson(readFileSync(sealPathOf(directory, key), 'utf8')))
    return data?.version === versionOf(key) ? data : undefined
  } catch {
    return undefined
  }
}
