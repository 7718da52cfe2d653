// Somebody looks at a session or ends it, or it says that it waits, and what is told or done is something else.
import { hostname } from 'node:os'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Project, Session } from '../../functions/client/client'
import { startWork } from './work'

const { server, client, outside, begin, idOf, inside, timelineOf, statusesOf } = await startWork()
afterAll(() => server.stop())

let project: Project
beforeEach(async () => {
  ;({ project } = await begin())
})

describe('session', () => {
  it('attach without a terminal says so, and nothing of the session that is not true', async () => {
    const tmux = { socket: 'none', session: 'none' }
    const runner = { id: 'r', host: hostname(), pid: 1, claimedAt: 1, tmux }
    const session = await client.sessions.create({
      projectId: project.id,
      taskIds: [],
      status: 'working',
      metadata: { runner },
    })
    const ended = await outside.run(['session', 'attach', session.id])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('needs a terminal') })
    expect(ended.stderr).toContain(`maestro session watch ${session.id}`)
    expect(ended.stderr).not.toContain('closed')
  })

  it('show says why it ended', async () => {
    const { sessionId, text } = await inside()
    await client.sessions.end(sessionId, { cause: 'exited', exitCode: 7 })
    const { endReason = '' } = await client.sessions.get(sessionId)
    expect(endReason).toContain('7')
    expect(await text(['session', 'show', sessionId])).toContain(endReason)
  })

  it('show says what it asks, and what it may use up', async () => {
    const { sessionId, text } = await inside()
    await client.sessions.update(sessionId, {
      needsInput: { active: true, message: 'Which date format?' },
      budget: { minutes: 30, costUsd: 2.5 },
    })
    const shown = await text(['session', 'show'])
    expect(shown).toMatch(/^asks +Which date format\?$/m)
    expect(shown).toMatch(/^budget +30 min, \$2\.50$/m)
  })

  it('list and show, for people and for programs', async () => {
    const { sessionId, json, text } = await inside()
    const other = await client.projects.create({ name: 'other' })
    const elsewhere = await client.sessions.create({ projectId: other.id, taskIds: [], status: 'completed' })
    expect(await json<Session[]>(['session', 'list'])).toEqual([await client.sessions.get(sessionId)])
    expect(await text(['session', 'list'])).toMatch(
      new RegExp(
        `^ID +STATUS +ROLE .*\n${sessionId} +spawning +worker +simple +3 .*Worker for ${idOf(0)}\n${sessionId}: No runner .+\n$`,
      ),
    )
    const all = await outside.json<Session[]>(['session', 'list'])
    expect(all.map(({ id }) => id)).toContain(elsewhere.id)
    const active = await outside.json<Session[]>(['session', 'list', '--active'])
    expect(active.map(({ id }) => id)).not.toContain(elsewhere.id)
    expect(await outside.json(['session', 'list', '--task-id', idOf(0)])).toHaveLength(1)
    expect(await outside.text(['session', 'list', '--project-id', other.id, '--status', 'failed'])).toBe(
      'No sessions\n',
    )
    expect(await outside.json(['session', 'show', sessionId])).toEqual(await client.sessions.get(sessionId))
    expect(await text(['session', 'show'])).toMatch(/timeline +\S+ \S+ session_started\n$/)
  })

  it('needs-input, complete and stop', async () => {
    const { sessionId, json, text } = await inside()
    await text(['session', 'needs-input', 'May I?'])
    expect(await json(['session', 'needs-input', 'Really?'])).toMatchObject({
      id: sessionId,
      status: 'spawning',
    })
    expect(await timelineOf(sessionId)).toEqual([
      { type: 'needs_input', taskId: undefined, message: 'May I?' },
      { type: 'needs_input', taskId: undefined, message: 'Really?' },
    ])
    expect(await client.sessions.get(sessionId)).toMatchObject({
      needsInput: { active: true, message: 'Really?' },
    })
    expect(await statusesOf()).toEqual([undefined, undefined, undefined])
    expect(await json(['session', 'complete'])).toMatchObject({ id: sessionId, status: 'completed' })
    expect(await text(['session', 'complete'])).toContain(`Completed ${sessionId} (completed)`)
    expect(await outside.json(['session', 'stop', sessionId])).toMatchObject({ status: 'completed' })
    expect(await outside.text(['session', 'stop', sessionId])).toContain(
      `Ended before ${sessionId} (completed)`,
    )
    expect(await statusesOf()).toEqual([undefined, undefined, undefined])
  })

  it('stop frees what a session works on, and a report that comes late does not bring it back', async () => {
    const { sessionId, text } = await inside()
    await text(['report', 'progress', 'Begun'])
    expect(await outside.text(['session', 'stop', sessionId])).toContain(`Stopped ${sessionId} (stopped)`)
    expect(await statusesOf()).toEqual([undefined, undefined, undefined])
    expect(await text(['report', 'complete', 'Done all the same'])).toContain('it stays stopped')
    expect(await statusesOf()).toEqual(['completed', 'completed', 'completed'])
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'stopped' })
  })

  it('of which no task is there notes nothing, and asks nobody', async () => {
    const { sessionId, run } = await inside()
    const before = await client.sessions.get(sessionId)
    expect(await run(['report', 'needs-input', 'Which one?', '--task', 'task_none'])).toMatchObject({
      code: 2,
    })
    expect(await client.sessions.get(sessionId)).toEqual(before)
  })

  it('that asks waits for a person, until it reports that it goes on', async () => {
    const { sessionId, text } = await inside()
    await text(['report', 'needs-input', 'Tabs or spaces?', '--task', idOf(1)])
    const asking = await client.sessions.get(sessionId)
    expect(asking.needsInput).toMatchObject({ active: true, message: 'Tabs or spaces?' })
    await text(['report', 'progress', 'Spaces, then', '--task', idOf(1)])
    expect((await client.sessions.get(sessionId)).needsInput).toMatchObject({ active: false })
  })

  it('register makes the session that the environment names, once', async () => {
    const args = [
      'session',
      'register',
      '--project-id',
      project.id,
      '--name',
      'By hand',
      '--task-ids',
      idOf(0),
    ]
    const env = { MAESTRO_SESSION_ID: `mine_${project.id}` }
    expect(await outside.json(args, { env })).toMatchObject({
      id: env.MAESTRO_SESSION_ID,
      status: 'working',
      name: 'By hand',
      taskIds: [idOf(0)],
    })
    await client.sessions.update(env.MAESTRO_SESSION_ID, { status: 'idle' })
    expect(await outside.text(args, { env })).toContain(`Registered ${env.MAESTRO_SESSION_ID} (working)`)
    expect(await client.sessions.list({ projectId: project.id })).toHaveLength(1)
  })
})
