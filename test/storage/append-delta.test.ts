/** Whatever became of a history, a crash before its file follows must bring back exactly that. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { type AppendDelta, appendDeltaOf } from '../../storage/drivers/files/append-delta'
import { replay } from '../../storage/drivers/files/replay'
import { scaled } from '../random'

const lists = ['events', 'timeline']

/** As JSON gives it: ids may be missing, or be there twice. */
const item = fc.record(
  { id: fc.constantFrom('a', 'b', 'c'), text: fc.string({ maxLength: 5 }), at: fc.double({ noNaN: true }) },
  { requiredKeys: [] },
)
const items = fc.array(item, { maxLength: 6 })
const padding = 'x'.repeat(5000)
/** What else is in it may look like anything, also like one of the lists. */
const others = fc.oneof(
  fc.jsonValue(),
  fc.record({ events: items, timeline: items }),
  fc.constant('"timeline":['),
)
const documents = fc.record({
  before: others,
  events: items,
  name: fc.string(),
  timeline: items,
  after: others,
})

/** A later state of a list: grown, or anything else. */
const laterThan = (list: unknown[]) =>
  fc.oneof(
    items.map((more) => [...list, ...more]),
    fc.shuffledSubarray(list),
    fc.constant([...list].reverse()),
    items,
    fc.array(item, { minLength: list.length, maxLength: list.length }),
  )

const states = documents.chain((first) =>
  fc.record({
    first: fc.constant(first),
    second: fc.record({
      events: laterThan(first.events),
      name: fc.string(),
      timeline: laterThan(first.timeline),
    }),
  }),
)

it('an append delta makes of what was there before, or is there already, what it was made from', () => {
  let deltas = 0
  fc.assert(
    fc.property(states, items, ({ first, second }, foreignItems) => {
      const before = JSON.stringify({ padding, ...first })
      const json = JSON.stringify({ padding, ...first, ...second })
      const delta = appendDeltaOf(before, json, lists)
      if (!delta) return
      deltas++
      // As it comes out of the journal.
      const steps = [{ delta: parseTrusted<AppendDelta>(delta) }]
      expect(replay(steps, () => before)).toEqual({ json })
      expect(replay(steps, () => json)).toEqual({ json })
      expect(replay([{ whole: JSON.parse(before) }, ...steps], () => null)).toEqual({ json })
      // What it was not made on is never taken for the whole.
      const foreign = JSON.stringify({ padding, ...first, events: foreignItems })
      const isTheSame =
        JSON.stringify(foreignItems.slice(0, first.events.length)) === JSON.stringify(first.events)
      if (!isTheSame) expect(replay(steps, () => foreign).loss).toContain('events')
    }),
    { numRuns: scaled(500) },
  )
  expect(deltas).toBeGreaterThan(0)
})
