// A queue goes on without its session, or what was left in it looks as if somebody would still do it.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { endingsOf } from './endings'
import { client, type Session } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, tasks, working, end, sessionOf, said, refusal } = endingsOf(api)
beforeEach(begin)

describe('a queue whose session ends', () => {
  const queue = async (statuses: unknown[]) => {
    const made = await working(
      statuses.map(() => undefined),
      { strategy: 'queue' },
    )
    const path = `/api/sessions/${made.session.id}/queue`
    const items = async () =>
      (await api.get<{ items: { status: string; failReason?: string }[] }>(`${path}/items`)).items
    await api.ok('POST', `${path}/start`)
    return { ...made, path, items }
  }

  it.each([
    [{ cause: 'reported' }, 'completed', undefined, 'completed'],
    [{ cause: 'lost' }, 'failed', 'lost: its process is gone', 'failed'],
    [{ cause: 'stopped' }, 'skipped', undefined, null],
    [{ cause: 'exited', exitCode: 9 }, 'failed', 'It ended with exit code 9', 'failed'],
  ])('by %o has no item that waits or is worked on', async (body, status, failReason, open) => {
    const { session, tasks: made, items } = await queue([1, 2, 3])
    await end(session.id, body)
    const [first, ...others] = await items()
    expect([first?.status, first?.failReason]).toEqual([status, failReason])
    expect(others.map((item) => item.status)).toEqual(['skipped', 'skipped'])
    expect(await said(made)).toEqual([open, 'skipped', 'skipped'])
  })

  it('by a hook that says completed, and takes it back, goes on', async () => {
    const { session, tasks: made, path, items } = await queue([1, 2])
    await api.ok('PATCH', `/api/sessions/${session.id}`, { status: 'completed' })
    expect((await items()).map((item) => item.status)).toEqual(['processing', 'queued'])
    expect(await said(made)).toEqual([null, null])
    expect(await refusal('POST', `${path}/start`)).toEqual([409, 'SESSION_ENDED'])
    const resumed = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, { status: 'running' })
    expect(resumed).toMatchObject({ status: 'working', completedAt: null })
    await api.ok('POST', `${path}/complete`)
    await api.ok('POST', `${path}/start`)
    expect(await said(made)).toEqual(['completed', 'working'])
  })

  it('takes no work afterwards, but what became of the item that was worked on', async () => {
    const { session, tasks: made, path, items } = await queue([1, 2])
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    const [more] = await tasks(undefined)
    expect(await refusal('POST', `${path}/push`, { taskId: more?.id })).toEqual([409, 'SESSION_ENDED'])
    expect(await refusal('POST', `${path}/start`)).toEqual([409, 'SESSION_ENDED'])
    await api.ok('POST', `${path}/fail`, { reason: 'too late' })
    expect(await items()).toMatchObject([{ status: 'failed', failReason: 'too late' }, { status: 'skipped' }])
    expect(await said(made)).toEqual(['failed', 'skipped'])
    expect(await sessionOf(session.id)).toMatchObject({ status: 'stopped' })
    await api.ok('POST', `/api/sessions/${session.id}/tasks/${more?.id}`)
    expect(await items()).toHaveLength(2)
  })
})
