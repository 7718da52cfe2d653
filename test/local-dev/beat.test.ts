// A session that works is taken for lost, because its driver gave up; or one that was stopped comes back to life.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type Session } from '../../functions/client/client'
import { keepBeating } from '../../local-dev/agents/beat'

type State = Partial<Session> | 'away'

/** A driver that beats for a session, as `state` has it. */
const start = (state: () => State) => {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const updates: unknown[] = []
  let beats = 0
  const client = createClient({
    url: 'http://localhost',
    fetch: async (path, init) => {
      const now = state()
      if (path.endsWith('/heartbeat')) beats++
      if (now === 'away') throw new TypeError('away')
      const session = { id: 'sess_1', timeline: [], ...now }
      if (init.method === 'PATCH') updates.push(JSON.parse(init.body ?? ''))
      const isRefused = path.endsWith('/heartbeat') && now.status === 'failed'
      if (!isRefused) return Response.json(session, { headers: { ETag: '"a"' } })
      return Response.json({ error: true, code: 'SESSION_ENDED', message: 'ended' }, { status: 409 })
    },
  })
  const done = keepBeating({ client, session: { id: 'sess_1', run: 7 }, everyMs: 5 }, ended.signal)
  const afterBeats = async (times: number) => {
    for (const until = beats + times; beats < until; ) await sleep(5)
  }
  return { afterBeats, updates, done, end: () => ended.abort() }
}

describe('a driver', () => {
  it('beats as long as its agent runs, also while the server is away', async () => {
    let state: State = { status: 'working' }
    const { afterBeats, updates, done, end } = start(() => state)
    await afterBeats(3)
    state = 'away'
    await afterBeats(3)
    state = { status: 'working' }
    await afterBeats(3)
    end()
    await done
    expect(updates).toEqual([])
  })

  it('goes on with a session that was taken for lost while its machine slept', async () => {
    const { afterBeats, updates } = start(() => ({
      status: 'failed',
      endReason: 'lost: no heartbeat',
      run: 7,
    }))
    while (updates.length === 0) await afterBeats(1)
    expect(updates[0]).toMatchObject({ status: 'working' })
  })

  it.each<[string, Partial<Session>]>([
    ['failed otherwise', { status: 'failed', endReason: 'It ended with exit code 1', run: 7 }],
    ['has been started anew elsewhere', { status: 'failed', endReason: 'lost: no heartbeat', run: 8 }],
  ])('leaves alone one that %s', async (_, state) => {
    const { afterBeats, updates } = start(() => state)
    await afterBeats(5)
    expect(updates).toEqual([])
  })
})
