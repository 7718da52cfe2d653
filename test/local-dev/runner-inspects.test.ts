// A driver is killed, and while its runner ends what it has left, the session is taken for lost.
import { afterAll, expect, it } from 'vitest'
import { createClient } from '../../functions/client/client'
import { inspect } from '../../local-dev/runner/inspect'
import { startApp } from '../cli/app'

const { server, client: direct, project } = await startApp()
afterAll(() => server.stop())

const beats: string[] = []
const client = createClient({
  url: server.url,
  fetch: (path, init) => {
    if (path.endsWith('/heartbeat')) beats.push(`${path.split('/').at(-2)} ${init.body}`)
    return fetch(path, init)
  },
})

const inspected = async (holder: string, end?: (id: string) => Promise<unknown>) => {
  const { id: taskId } = await direct.tasks.create({ projectId: project.id, title: 'x' })
  const { sessionId: id } = await direct.sessions.spawn({ projectId: project.id, taskIds: [taskId] })
  const claim = { id: 'ours', host: 'here', pid: 1 }
  const session = await direct.sessions.update(id, {
    metadata: { runner: { ...claim, id: holder, claimedAt: 1 } },
  })
  await end?.(id)
  const options = { client, claim, clock: () => 5 }
  const { signal } = new AbortController()
  const event = await inspect({ options, signal }, { id, session, state: { run: session.run } })
  return { event, beat: beats.find((beat) => beat.startsWith(id))?.slice(id.length + 1) }
}

it('gives a sign of life for it, long enough for the next driver to start', async () => {
  expect(await inspected('ours')).toEqual({
    event: { type: 'inspected', session: 'lives', now: 5 },
    beat: '{"ttlSeconds":120}',
  })
})

it('gives none for what has ended, and for what another runner has', async () => {
  const stopped = await inspected('ours', (id) => direct.sessions.stop(id))
  expect(stopped).toEqual({ event: { type: 'inspected', session: 'ended', now: 5 }, beat: undefined })
  expect(await inspected('another')).toMatchObject({ event: { session: 'foreign' }, beat: undefined })
})
