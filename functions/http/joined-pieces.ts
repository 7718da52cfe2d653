import { othersTurn } from '../../storage/others-turn'

/** Who joins looks at the clock after so many characters. */
const lookAfterChars = 256 * 1024
/** Others are answered after so many milliseconds. */
const maxTurnMs = 5
/** Of a long history a list sends the newest entries only, and a Worker has 128 MB. */
const maxFirstBytes = 16 * 1024 * 1024
/** What there is beside the texts of an array: brackets and commas. */
const spareBytes = 64 * 1024

/**
 * A long text in UTF-8, of its pieces. It is joined in turns: a list of 16,000 tasks, or a session of a hundred thousand entries,
 * would else hold everybody up for a tenth of a second. `clock` gives Unix milliseconds; `length`: of all pieces, about, in characters.
 */
export const joinPieces = async (
  texts: Iterable<string>,
  clock: () => number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const encoder = new TextEncoder()
  let bytes = new Uint8Array(Math.min(length, maxFirstBytes) + spareBytes)
  let end = 0
  let chars = 0
  let turnStartedAt = clock()
  for (const text of texts) {
    for (let rest = text; rest !== ''; ) {
      const { read, written } = encoder.encodeInto(rest, bytes.subarray(end))
      end += written
      if (read === rest.length) break
      // Most texts take a byte a character; others have not found enough room.
      rest = rest.slice(read)
      bytes = enlarged(bytes, bytes.length * 2)
    }
    chars += text.length
    if (chars < lookAfterChars) continue
    chars = 0
    if (clock() - turnStartedAt < maxTurnMs) continue
    await othersTurn()
    turnStartedAt = clock()
  }
  return bytes.subarray(0, end)
}

/** A JSON array of texts, as its pieces. */
export function* arrayPieces<T>(items: readonly T[], textOf: (item: T) => string): Generator<string> {
  yield '['
  for (const [index, item] of items.entries()) {
    if (index > 0) yield ','
    yield textOf(item)
  }
  yield ']'
}

const enlarged = (bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> => {
  const larger = new Uint8Array(size)
  larger.set(bytes)
  return larger
}
