import { othersTurn } from '../../storage/others-turn'

/** So many characters are joined at a time. */
const pieceChars = 256 * 1024
/** Others are answered after so many milliseconds. */
const maxTurnMs = 5

/**
 * A long text in UTF-8, of its pieces. It is joined in turns: a list of 16,000 tasks, or a session of a hundred thousand entries,
 * would else hold everybody up for a tenth of a second. `clock` gives Unix milliseconds.
 */
export const joinPieces = async (
  texts: Iterable<string>,
  clock: () => number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const encoder = new TextEncoder()
  const pieces: Uint8Array[] = []
  let text = ''
  let turnStartedAt = clock()
  for (const piece of texts) {
    text += piece
    if (text.length < pieceChars) continue
    pieces.push(encoder.encode(text))
    text = ''
    if (clock() - turnStartedAt < maxTurnMs) continue
    await othersTurn()
    turnStartedAt = clock()
  }
  pieces.push(encoder.encode(text))
  return concatenate(pieces)
}

/** A JSON array of texts, as its pieces. */
export function* arrayPieces<T>(items: readonly T[], textOf: (item: T) => string): Generator<string> {
  yield '['
  for (const [index, item] of items.entries()) yield index === 0 ? textOf(item) : `,${textOf(item)}`
  yield ']'
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
