import fc from 'fast-check'

const surrogates = { first: 0xd800, count: 0x800 }

const codePoint = fc
  .integer({ min: 0, max: 0x10_ffff - surrogates.count })
  .map((number) => (number < surrogates.first ? number : number + surrogates.count))

/**
 * Text of any code points, without halves of pairs: what `unit: 'binary'` makes, whose table of all of them takes 0.8 s of the
 * processor in each process. `minLength` and `maxLength` count code points.
 */
export const anyText = (lengths: fc.ArrayConstraints = {}): fc.Arbitrary<string> =>
  fc.array(codePoint, lengths).map((points) => String.fromCodePoint(...points))
