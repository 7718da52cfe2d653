import * as z from 'zod'
import { currentFormat } from './format'

/** What is known of an append-only list whose document was written. */
const SealedList = z.object({
  length: z.int().min(0),
  /** Of its items as compact JSON, together. */
  characters: z.int().min(0),
  /** CRC-32 of the JSON of the list, without the bracket at its end. */
  checksum: z.int(),
  digest: z.object({ chain: z.string(), start: z.int().min(0) }),
})

const SealedLists = z.record(z.string(), SealedList)

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
