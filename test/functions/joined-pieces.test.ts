// A long answer that lacks a character, or has one twice, wherever the space for it had to be enlarged.
import { expect, test } from 'vitest'
import { arrayPieces, joinPieces } from '../../functions/http/joined-pieces'

const scripts = ['a', 'é', '漢', '🜂', 'שלום', '\u0000', '"\\']

const arrays = [0, 1, 2, 700, 9000].flatMap((count) => [
  { count, guess: 0 },
  { count, guess: 120 * count },
])
test.each(arrays)('an array of $count texts, $guess expected, is whole', async ({ count, guess }) => {
  const texts = Array.from({ length: count }, (_, at) =>
    JSON.stringify({ at, text: scripts[at % scripts.length]?.repeat(at % 211) }),
  )
  const joined = await joinPieces(
    arrayPieces(texts, (text) => text),
    Date.now,
    guess,
  )
  expect(Buffer.from(joined).equals(Buffer.from(`[${texts.join()}]`))).toBe(true)
})

test.each(scripts)('one text of many times %j is whole', async (character) => {
  const text = character.repeat(400_000)
  const joined = await joinPieces(['', text, '', character], Date.now, text.length)
  expect(Buffer.from(joined).equals(Buffer.from(text + character))).toBe(true)
})
