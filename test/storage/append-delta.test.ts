/** Whatever became of a history, a crash before its file follows must bring back exactly that. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { type AppendDelta, appendDeltaOf } from '../../storage/drivers/files/append-delta'
import { replay } from '../../storage/drivers/files/replay'
import { joinParts, partsOf, textsOf } from '../../storage/parts'
import { scaled } from '../random'

const lists = ['events', 'timeline']

/** As JSON gives it: ids may be missing, or be there twice. */
const item = fc.record(
  { id: fc.constantFrom('a', 'b', 'c'), text: fc.string({ maxLength: 5 }), at: fc.double({ noNaN: true }) },
  { requiredKeys: [] },
)
const items = fc.array(item, { maxLength: 6 })
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

it('an append delta makes of what was there before, or is there already, what it was made from', () => {
  fc.assert(
    fc.property(
      documents,
      fc.record({ events: items, timeline: items }),
      fc.string(),
      items,
      (first, added, name, foreignItems) => {
        const before = partsOf(first, lists)
        const grownLists = Object.fromEntries(
          Object.entries(before.lists).map(([list, had]) => [
            list,
            { before: had, added: textsOf(list === 'events' ? added.events : added.timeline) },
          ]),
        )
        const { head } = partsOf({ ...first, name }, lists)
        const json = JSON.stringify({
          ...first,
          name,
          events: [...first.events, ...added.events],
          timeline: [...first.timeline, ...added.timeline],
        })
        const was = joinParts(before)
        expect(was).toBe(JSON.stringify(first))
        // As it comes out of the journal.
        const steps = [{ delta: parseTrusted<AppendDelta>(appendDeltaOf({ head, lists: grownLists })) }]
        expect(replay(steps, () => JSON.parse(was))).toEqual({ json })
        expect(replay(steps, () => JSON.parse(json))).toEqual({ json })
        expect(replay([{ whole: JSON.parse(was) }, ...steps], () => undefined)).toEqual({ json })
        // What it was not made on is never taken for the whole.
        const foreign = JSON.stringify({ ...first, events: foreignItems })
        const isTheSame =
          JSON.stringify(foreignItems.slice(0, first.events.length)) === JSON.stringify(first.events)
        if (!isTheSame) expect(replay(steps, () => JSON.parse(foreign)).loss).toContain('events')
      },
    ),
    { numRuns: scaled(500) },
  )
})
