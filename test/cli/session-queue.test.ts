// An agent works through its queue with the commands that its prompt names, and the server hears something else.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startWork } from './work'

const { server, client, begin, idOf, inside, statusesOf } = await startWork()
afterAll(() => server.stop())

beforeEach(begin)

describe('queue', () => {
  it('is worked as the prompt says', async () => {
    const { sessionId, run, text, json } = await inside('queue')
    expect(await json(['queue', 'top'])).toMatchObject({
      hasMore: true,
      item: { taskId: idOf(0), status: 'queued' },
    })
    expect(await text(['queue', 'top'])).toBe(`${idOf(0)} (queued)\n`)
    expect(await json(['queue', 'start'])).toMatchObject({ item: { taskId: idOf(0), status: 'processing' } })
    expect(await run(['queue', 'start'])).toMatchObject({
      code: 1,
      stderr: `maestro queue start: Already processing task ${idOf(0)}\n`,
    })
    expect(await json(['queue', 'complete'])).toMatchObject({ nextItem: { taskId: idOf(1) } })
    expect(await text(['queue', 'start'])).toBe(`Started processing task ${idOf(1)}\n`)
    expect(await text(['queue', 'fail', '--reason', 'No database'])).toBe(
      `Failed ${idOf(1)}. Next: ${idOf(2)}\n`,
    )
    expect(await text(['queue', 'skip'])).toBe(`Skipped ${idOf(2)}. Queue is empty.\n`)
    expect(await json(['queue', 'start'])).toMatchObject({ item: null, empty: true })
    expect(await text(['queue', 'push', idOf(1)])).toBe(`${idOf(1)} (queued)\n`)
    expect(await json(['queue', 'push', idOf(0)])).toMatchObject({ item: { taskId: idOf(0) } })
    expect(await json(['queue', 'skip'])).toMatchObject({ skippedItem: { taskId: idOf(1) } })
    await json(['queue', 'start'])
    expect(await json(['queue', 'fail'])).toMatchObject({ failedItem: { taskId: idOf(0) }, hasMore: false })
    expect(await text(['queue', 'top'])).toBe('Queue is empty - all tasks processed\n')
    expect(await json(['queue', 'list'])).toEqual(await client.queue.items(sessionId))
    const listed = await text(['queue', 'list'])
    expect(listed).toMatch(/^TASK +STATUS/)
    expect(listed).toMatch(new RegExp(`\n${idOf(1)} +failed .* No database\n`))
    expect(listed).toMatch(/\n0 of 5 wait\n$/)
    expect(await statusesOf()).toEqual(['failed', 'skipped', 'skipped'])
  })

  it('complete, for people', async () => {
    const { text } = await inside('queue')
    await text(['queue', 'start'])
    expect(await text(['queue', 'complete'])).toBe(`Completed ${idOf(0)}. Next: ${idOf(1)}\n`)
  })

  it('of a session without one is refused', async () => {
    const { run } = await inside('simple')
    expect(await run(['queue', 'start'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('queue strategy'),
    })
  })
})
