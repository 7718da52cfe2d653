/** Lists stay in order, whatever is added, replaced and removed, and wherever a page begins. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ordered, type Position } from '../../storage/ordered'

interface Item extends Position {
  version: number
}

const anyPosition = fc.record({
  created: fc.integer({ min: 0, max: 12 }),
  id: fc.constantFrom('a', 'b', 'c'),
})
const anyStep = fc.record({ does: fc.constantFrom('put', 'put', 'remove'), position: anyPosition })
const keyOf = ({ created, id }: Position) => `${String(created).padStart(3, '0')} ${id}`

describe('an ordered list in blocks', () => {
  it('is what a sorted array would be', () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        anyPosition,
        (steps, maxBlockSize, cursor) => {
          const list = new Ordered<Item>(maxBlockSize)
          const model = new Map<string, Item>()
          for (const [version, { does, position }] of steps.entries()) {
            const item = { ...position, version }
            if (does === 'put') {
              list.put(item)
              model.set(keyOf(item), item)
            } else {
              list.remove(position)
              model.delete(keyOf(position))
            }
            const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kept]) => kept)
            const rest = sorted.filter((kept) => keyOf(kept) > keyOf(cursor))
            expect(list.size).toBe(sorted.length)
            expect(list.after()).toEqual(sorted)
            expect([...list.from()]).toEqual(sorted)
            expect(list.after(cursor)).toEqual(rest)
            const before = sorted.filter((kept) => keyOf(kept) < keyOf(cursor))
            expect([...list.before()]).toEqual(sorted.toReversed())
            expect([...list.before(cursor)]).toEqual(before.reverse())
          }
        },
      ),
    )
  })

  it('holds as many as there are', () => {
    const list = new Ordered<Item>()
    for (let n = 0; n < 5000; n++) list.put({ created: (n * 7919) % 5000, id: 'x', version: n })
    for (let n = 0; n < 5000; n += 2) list.remove({ created: n, id: 'x' })
    expect(list.after().map(({ created }) => created)).toEqual(
      Array.from({ length: 2500 }, (_, n) => 2 * n + 1),
    )
  })
})
