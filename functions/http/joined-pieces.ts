import { othersTurn } from '../../storage/others-turn'
import { enlarged } from './enlarged'

/** Who joins looks at the clock after so many characters. */
const lookAfterChars = 256 * 1024
/** Others are answered after so many milliseconds. */
const maxTurnMs = 5
/** Of a long history a list sends the newest entries only, and a Worker has 128 MB. */
const maxFirstBytes = 16 * 1024 * 1024
/** Some characters take more than a byte: there is room for a few of them, and for one among so many. */
const spareBytes = 1024
const spareOf = 16

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
  const expected = Math.min(length, maxFirstBytes)
  let bytes = new Uint8Array(expected + Math.ceil(expected / spareOf) + spareBytes)
  let end = 0
  let chars = 0
  let turnStartedAt = clock()
  for (const text of texts) {
    for (let rest = text; rest !== ''; ) {
      const { read, written } = encoder.encodeInto(rest, bytes.subarray(end))
      end += written
      if (read === rest.length) break
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

/** How long a JSON array of such texts is, in characters. */
export const arrayLength = <T>(items: readonly T[], lengthOf: (item: T) => number): number =>
  items.reduce((total, item) => total + lengthOf(item) + 1, 1)

/** A JSON array of texts, joined in turns. */
export const joinTexts = (texts: readonly string[], clock: () => number): Promise<Uint8Array<ArrayBuffer>> =>
  joinPieces(
    arrayPieces(texts, (text) => text),
    clock,
    arrayLength(texts, ({ length }) => length),
  )
