// A part of an output is not the part that was asked for.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byteRangeOf } from '../../functions/http/byte-range'
import { scaled } from '../random'

it('is never outside of what there is, and never empty', () => {
  const number = fc.oneof(fc.nat(20).map(String), fc.constant(''), fc.string({ maxLength: 4 }))
  fc.assert(
    fc.property(fc.nat(12), number, number, (size, first, last) => {
      const range = byteRangeOf(`bytes=${first}-${last}`, size)
      if (range === undefined || range === 'unsatisfiable') return
      expect(range.from).toBeGreaterThanOrEqual(0)
      expect(range.from).toBeLessThan(range.to)
      expect(range.to).toBeLessThanOrEqual(size)
    }),
    { numRuns: scaled(200) },
  )
  expect(byteRangeOf('bytes=0-', 0)).toBe('unsatisfiable')
  expect(byteRangeOf('bytes=-0', 5)).toBe('unsatisfiable')
})
