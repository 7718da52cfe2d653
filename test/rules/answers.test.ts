// What is kept for repeats grows without end, or goes while a client may still repeat its request.
import { describe, expect, it } from 'vitest'
import { memoryDriver } from '../../storage/drivers/memory'
import { createIds } from '../../storage/ids'
import { findAnswer, keepAnswer } from '../../storage/rules/answers'
import { openWorkspace } from '../../storage/workspace'
import { collectLogs } from '../drivers/open'

const answer = { content: '', status: 200, headers: {}, json: '{}' }
const hour = 60 * 60 * 1000

const start = async () => {
  const time = { now: 1_738_713_700_000 }
  const logger = collectLogs([])
  const options = { driver: memoryDriver(), clock: () => time.now, newId: createIds(), logger }
  const { change, read } = await openWorkspace(options)
  return {
    time,
    keep: (id: string) => change((tx) => keepAnswer(tx, { id, ...answer })),
    fill: (ids: string[]) =>
      change((tx) => {
        for (const id of ids) tx.put('answers', { id, createdAt: tx.now, ...answer })
      }),
    isRemembered: (id: string) => read((documents) => findAnswer(documents, id, time.now) !== undefined),
    count: () => read((documents) => documents.count('answers')),
  }
}

describe('kept answers', () => {
  it('are there for 24 hours', async () => {
    const { time, keep, isRemembered } = await start()
    await keep('a')
    time.now += 24 * hour - 1
    expect(await isRemembered('a')).toBe(true)
    time.now++
    expect(await isRemembered('a')).toBe(false)
  })

  it('make room for new ones when their time is over', async () => {
    const { time, keep, count } = await start()
    for (let n = 0; n < 20; n++) await keep(`old${n}`)
    time.now += 25 * hour
    for (let n = 0; n < 7; n++) await keep(`new${n}`)
    expect(await count()).toBe(7)
  })

  it('are the newest 10,000', async () => {
    const { time, keep, fill, isRemembered, count } = await start()
    await keep('first')
    time.now++
    await fill(Array.from({ length: 9_999 }, (_, n) => `filler${n}`))
    expect([await isRemembered('first'), await count()]).toEqual([true, 10_000])
    time.now++
    await keep('last')
    expect([await isRemembered('first'), await isRemembered('last'), await count()]).toEqual([
      false,
      true,
      10_000,
    ])
  })

  it('take the place of the one whose key comes again after its time', async () => {
    const { time, keep, isRemembered, count } = await start()
    await keep('a')
    time.now += 25 * hour
    await keep('a')
    expect([await isRemembered('a'), await count()]).toEqual([true, 1])
  })
})
