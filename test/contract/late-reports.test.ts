// What an agent says after its end is lost, or brings back a session that is over.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { endingsOf } from './endings'
import { client, type Project, type Session } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, working, report, end, sessionOf, said } = endingsOf(api)
let project: Project
beforeEach(async () => {
  project = await begin()
})

describe('a report that comes after the end', () => {
  it('is noted, may complete a task, and does not bring the session back', async () => {
    const { session, tasks: made } = await working(['working', 'working'])
    const stopped = await api.ok<Session>('POST', `/api/sessions/${session.id}/stop`)
    const again = await end(session.id, {
      cause: 'reported',
      outcomes: [{ taskId: made[0]?.id, outcome: 'completed', message: 'was done' }],
    })
    expect(again).toMatchObject({ status: 'stopped', completedAt: stopped.completedAt })
    expect(again.timeline.length).toBeGreaterThan(stopped.timeline.length)
    expect(await said(made)).toEqual(['completed', null])
    const patched = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, {
      status: 'failed',
      endReason: 'no',
    })
    expect(patched).toMatchObject({ status: 'stopped' })
    expect(patched).not.toHaveProperty('endReason')
    expect(await api.ok('POST', `/api/sessions/${session.id}/stop`)).toEqual(patched)
  })

  it('of a task says how it ended, but not that somebody works on it', async () => {
    const { session, tasks: made } = await working(['working'])
    const [task] = made
    if (!task) throw new Error('no task')
    await end(session.id, { cause: 'lost' })
    for (const open of ['working', 'queued', 'needs_input']) await report(task.id, open)
    expect(await said(made)).toEqual(['failed'])
    await report(task.id, 'completed', { sessionId: session.id })
    expect(await said(made)).toEqual(['completed'])
    const { timeline } = await sessionOf(session.id)
    expect(timeline.at(-1)).toMatchObject({ taskId: task.id, message: expect.stringContaining('completed') })
    // Once another session has it, only that one counts.
    const next = await api.session(project.id, [task.id], { status: 'working' })
    await report(task.id, 'working', { sessionId: next.id })
    await report(task.id, 'failed', { sessionId: session.id })
    expect(await said(made)).toEqual(['working'])
    await report(task.id, 'blocked', { sessionId: 'sess_nobody' })
    expect(await said(made)).toEqual(['blocked'])
  })
})
