// Who reconnects gets every event, or learns that some are missing: one that is silently left out is work lost.
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coalesceReads } from '../../storage/drivers/files/coalesced-reads'
import type { LoggedEvent } from '../../storage/event'
import { createProject, updateProject } from '../../storage/rules/projects'
import { newestSegment, openIn, segmentsOf, temporaryDirectory } from './directory'

const numbers = (events: readonly LoggedEvent[] | undefined) => events?.map(({ number }) => number)
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n)

/** A workspace with so many events, all of one project with a long name. */
const withEvents = async (count: number, nameLength = 1) => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const { id } = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/'))
  const name = 'x'.repeat(nameLength)
  for (let created = 1; created < count; created += 100)
    await Promise.all(
      range(1, Math.min(100, count - created)).map((n) =>
        workspace.change((tx) => updateProject(tx, id, { name: `${name}${n}` })),
      ),
    )
  const since = async (number: number) => numbers(await workspace.eventsSince(number))
  return { directory, workspace, id, since }
}

describe('the event log', () => {
  it('knows what came after a number; not what is still to come', async () => {
    const { since } = await withEvents(10)
    expect(await since(0)).toEqual(range(1, 10))
    expect(await since(7)).toEqual([8, 9, 10])
    expect(await since(10)).toEqual([])
    expect(await since(11)).toBeUndefined()
  })

  it('knows it of every number, though it reads no more than the end of a long file where that has it', async () => {
    const { since } = await withEvents(300, 4000)
    for (const number of range(0, 300)) expect(await since(number)).toEqual(range(number + 1, 300))
  })

  it('says so when a line of it is damaged, and only to those who would need it', async () => {
    const { directory, since } = await withEvents(10)
    const path = newestSegment(directory)
    const damaged = readFileSync(path, 'utf8').replace(/(\n\w{8} B \d+ 5 .*)x4/, '$1y4')
    writeFileSync(path, damaged)
    expect(await since(4)).toBeUndefined()
    expect(await since(5)).toEqual(range(6, 10))
  })

  it('goes on over the next start', async () => {
    const { directory, workspace, id } = await withEvents(10)
    await workspace.close()
    const again = await openIn(directory)
    await again.workspace.change((tx) => updateProject(tx, id, { name: 'again' }))
    expect(numbers(await again.workspace.eventsSince(8))).toEqual([9, 10, 11])
  })

  it('keeps the last 10,000 events at least, and not every one for ever', { timeout: 60_000 }, async () => {
    const { directory, workspace, since } = await withEvents(25_000, 700)
    await workspace.flush()
    expect(await since(15_000)).toEqual(range(15_001, 25_000))
    expect(await since(0)).toBeUndefined()
    expect(segmentsOf(directory).length).toBeLessThan(6)
  })

  it('yields to other work while it is read', async () => {
    const { workspace } = await withEvents(5000, 1000)
    let ticks = 0
    let isRead = false
    const countTurns = () => {
      ticks++
      if (!isRead) setImmediate(countTurns)
    }
    countTurns()
    const events = await workspace.eventsSince(0)
    isRead = true
    expect(events).toHaveLength(5000)
    expect(ticks).toBeGreaterThan(3)
  })
})

describe('those who ask at once', () => {
  const log = (last: number, first = 1): LoggedEvent[] =>
    range(first, last).map((number) => ({ number, name: 'project:deleted', rooms: [], data: '{}' }))

  it('share a reading, and each is given its part', async () => {
    const readings: number[] = []
    const read = coalesceReads(async (since) => {
      readings.push(since)
      return log(10).slice(since)
    })
    const answers = await Promise.all([8, 3, 10, 5].map(read))
    expect(answers.map(numbers)).toEqual([[9, 10], range(4, 10), [], range(6, 10)])
    expect(readings).toEqual([3])
    expect(numbers(await read(9))).toEqual([10])
    expect(readings).toEqual([3, 9])
  })

  it('do not suffer from one who asks for what is gone meanwhile, nor from a disk that fails once', async () => {
    let isBroken = false
    const read = coalesceReads(async (since) => {
      if (isBroken) throw new Error('the disk is on fire')
      return since < 5 ? undefined : log(10).slice(since)
    })
    expect((await Promise.all([8, 3, 4].map(read))).map(numbers)).toEqual([[9, 10], undefined, undefined])
    isBroken = true
    await expect(read(8)).rejects.toThrow('on fire')
    isBroken = false
    expect(numbers(await read(8))).toEqual([9, 10])
  })
})
