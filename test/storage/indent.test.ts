/** The files of long documents are for people, too. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createIndenter } from '../../storage/drivers/files/indent'
import { scaled } from '../random'

it('JSON that is indented piece by piece is as if it were indented whole', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.nat(20)), (value, lengths) => {
      const json = JSON.stringify(value)
      const indent = createIndenter()
      const pieces: string[] = []
      let at = 0
      for (const length of lengths) {
        pieces.push(indent(json.slice(at, at + length)))
        at += length
      }
      pieces.push(indent(json.slice(at)))
      expect(pieces.join('')).toBe(JSON.stringify(value, null, 2))
    }),
    { numRuns: scaled(500) },
  )
})
