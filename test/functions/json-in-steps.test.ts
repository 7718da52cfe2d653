// A long body is read in steps, and something else comes of it than of a short one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJsonInSteps } from '../../functions/http/json-in-steps'
import { atOnce, type Steps } from '../../storage/others-turn'
import { scaled } from '../random'

type Read = { value: unknown } | 'refused'
const attempt = (parse: () => unknown): Read => {
  try {
    return { value: parse() }
  } catch {
    return 'refused'
  }
}
const inSteps = (text: string, pieceLength?: number) =>
  attempt(() => atOnce(parseJsonInSteps(text, pieceLength)))
const whole = (text: string) => attempt(() => JSON.parse(text))

/** JSON with keys that are numbers, prototypes or the same again, and with blanks anywhere. */
const json = fc
  .tuple(
    fc.json({ maxDepth: 6 }),
    fc.constantFrom('', ' ', '\n\t'),
    fc.constantFrom('"k"', '"__proto__"', '"7"', '"\\"]}\\\\"'),
  )
  .map(([text, blank, key]) =>
    `{${key}:${text},"list":[${text},[],${text},{}],${key}:[${text},1e5,"[{,"]}`.replace(
      /[[\]{},]/g,
      (mark) => `${blank}${mark}${blank}`,
    ),
  )
const pieceLength = fc.integer({ min: 1, max: 40 })

describe('JSON that is read in steps', () => {
  it('is what it is at once, key by key in their order', () => {
    fc.assert(
      fc.property(json, pieceLength, (text, length) => {
        const [read, expected] = [inSteps(text, length), whole(text)]
        expect(JSON.stringify(read)).toBe(JSON.stringify(expected))
        expect(read).toEqual(expected)
      }),
      { numRuns: scaled(150) },
    )
  })

  it('is refused where it is at once, and nowhere else: with any mark too many, or one too few', () => {
    const marks = ['', ',', ':', '[', ']', '{', '}', '"', '\\', ' ', '1', 'null', '\u00a0', '[]', ',,']
    fc.assert(
      fc.property(json, pieceLength, fc.nat(), fc.constantFrom(...marks), (text, length, at, mark) => {
        const from = at % (text.length + 1)
        for (const damaged of [
          text.slice(0, from) + mark + text.slice(from),
          text.slice(0, from) + mark + text.slice(from + 1),
          text.slice(0, from) + mark,
        ])
          expect(JSON.stringify(inSteps(damaged, length))).toBe(JSON.stringify(whole(damaged)))
      }),
      { numRuns: scaled(150) },
    )
  })

  it.each([
    '',
    ' ',
    '1',
    '"[,"',
    '[1,2] [3]',
    '{} 1',
    '[[1,2],[3,4]] []',
    ',',
    '[1,,2]',
    '[1,2,]',
    '\ufeff[1,2]',
  ])('may be %j', (text) => {
    expect(inSteps(text, 1)).toEqual(whole(text.replace('\ufeff', '')))
  })

  it('takes many steps where it is long, wherever that is', () => {
    const items = Array.from({ length: 20_000 }, (_, n) => ({ [`k${n}`]: n }))
    for (const value of [items, { a: { b: [1, items] } }, Object.assign({}, ...items)]) {
      const steps: Steps<unknown> = parseJsonInSteps(JSON.stringify(value))
      let count = 0
      let next = steps.next()
      for (; !next.done; next = steps.next()) count++
      expect(next.value).toEqual(value)
      expect(count).toBeGreaterThan(3)
    }
  })
})
