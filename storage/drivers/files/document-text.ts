import type { Put } from '../../driver'
import { charactersOf, joinParts, type Parts, piecesOf } from '../../parts'

/** A document to write: its text, or what that is made from. */
export type DocumentText = Pick<Put, 'json' | 'parts'>

export const asDocument = (json: string | null): DocumentText | null => (json === null ? null : { json })

export const documentOfParts = (parts: Parts): DocumentText => ({
  get json() {
    return joinParts(parts)
  },
  parts,
})

/** Longer documents are written less often, in pieces, and are on the disk before their name is. */
export const maxQuickCharacters = 256 * 1024

export const isLong = (document: DocumentText): boolean => lengthOf(document) > maxQuickCharacters

/** In characters of compact JSON. */
export const lengthOf = (document: DocumentText): number =>
  document.parts ? charactersOf(document.parts) : document.json.length

/** The compact JSON of a document in pieces. */
export function* textPieces(document: DocumentText): Generator<string> {
  if (document.parts) yield* piecesOf(document.parts)
  else
    for (let at = 0; at < document.json.length; at += maxQuickCharacters)
      yield document.json.slice(at, at + maxQuickCharacters)
}

/** How quickly the files of other documents follow a change: the contract says 100 ms. */
const quickMs = 40
const maxDelayMs = 60_000
const mebibyte = 1024 * 1024
/** Of the time that the contract gives, so much is waited; the rest is for writing. */
const waitedPart = 0.75

/** So long after its first change a document's file is written, in milliseconds. */
export const delayOf = (document: DocumentText | null): number => {
  if (!document || !isLong(document)) return quickMs
  const seconds = 1 + Math.floor((lengthOf(document) - maxQuickCharacters) / mebibyte)
  return waitedPart * Math.min(maxDelayMs, 1000 * seconds)
}
