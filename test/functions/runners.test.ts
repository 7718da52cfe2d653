// A runner that is gone is shown for ever, or whoever may call fills the memory with made-up ones.
import { expect, it } from 'vitest'
import { createRunners } from '../../functions/services/runners'

const status = { host: 'h', pid: 1, places: 4, waiting: [], agents: [] }
const idOf = (n: number) => `${n}-0123456789ab`

it('a runner is forgotten 30 s after it told something last', () => {
  let now = 1000
  const runners = createRunners(() => now)
  runners.tell({ id: idOf(1), ...status })
  now += 20_000
  runners.tell({ id: idOf(2), ...status })
  now += 9_999
  expect(runners.list().map(({ id }) => id)).toEqual([idOf(1), idOf(2)])
  now += 1
  expect(runners.list().map(({ id }) => id)).toEqual([idOf(2)])
})

it('of very many the latest are kept', () => {
  const runners = createRunners(() => 0)
  for (let n = 0; n < 1000; n++) runners.tell({ id: idOf(n), ...status })
  const known = runners.list().map(({ id }) => id)
  expect(known).toHaveLength(100)
  expect(known.at(-1)).toBe(idOf(999))
})
