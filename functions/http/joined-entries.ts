import type { Entry } from '../../storage/entry'
import { othersTurn } from '../../storage/others-turn'

/** So many characters are joined at a time. */
const pieceChars = 256 * 1024
/** Others are answered after so many milliseconds. */
const maxTurnMs = 5

/**
 * Entries as a JSON array, in UTF-8. A long list is joined in turns: 16,000 tasks would else hold everybody up for a tenth of a
 * second. Entries are replaced, never changed: what is meanwhile written is not in it. `clock` gives Unix milliseconds.
 */
export const joinEntries = async (
  entries: readonly Entry[],
  clock: () => number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  let text = '['
  let turnStartedAt = clock()
  for (const [index, entry] of entries.entries()) {
    text += index === 0 ? entry.json : `,${entry.json}`
    if (text.length < pieceChars) continue
    pieces.push(encoder.encode(text))
    text = ''
    if (clock() - turnStartedAt < maxTurnMs) continue
    await othersTurn()
    turnStartedAt = clock()
  }
  pieces.push(encoder.encode(`${text}]`))
  return concatenate(pieces)
}

const concatenate = (pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
