// A session that was started again is not run, runs twice, or takes what its last run did for its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, refusal, type Session, type Task } from './http'
import { connect } from './socket'
import { startTarget } from './target'

const target = await startTarget({ MAX_CHILDREN: '2' })
const api = client(target.url)
afterAll(() => target.stop())

let project = ''
beforeAll(async () => {
  project = (await api.project({ workingDir: '/home/ada/app' })).id
})

interface Restartable extends Session {
  run: number
  permissionMode?: string
  usage?: object
  budget?: { costUsd?: number; takenFrom?: string; returned?: object }
  metadata: Record<string, unknown>
}

const spawned = async (fields: object = {}, tasks = 1, headers: Record<string, string> = {}) => {
  const made: Task[] = []
  for (let n = 0; n < tasks; n++) made.push(await api.task(project, { title: `task ${n}` }))
  const body = { projectId: project, taskIds: made.map(({ id }) => id), ...fields }
  const answer = await api.request<{ session: Restartable }>('POST', '/api/sessions/spawn', body, headers)
  expect(answer.status).toBe(201)
  return { session: answer.body.session, tasks: made, path: `/api/sessions/${answer.body.session.id}` }
}
const tokenOf = async (path: string) => (await api.ok<{ token: string }>('POST', `${path}/token`)).token
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const ended = async (fields: object = {}, tasks = 1) => {
  const made = await spawned(fields, tasks)
  await api.ok('POST', `${made.path}/stop`)
  return made
}
const restart = (path: string, headers: Record<string, string> = {}) =>
  api.request<Restartable>('POST', `${path}/restart`, undefined, headers)
const said = async (tasks: readonly Task[]) => {
  const statuses: unknown[] = []
  for (const { id } of tasks) statuses.push((await api.get<Task>(`/api/tasks/${id}`)).sessionStatus ?? null)
  return statuses
}

describe('a session that is started again', () => {
  it('keeps its id, manifest and history, and is free for a runner', async () => {
    const { session, path } = await spawned({ agent: 'claude', model: 'opus', context: { ticket: 'A-1' } })
    const manifest = await api.get(`${path}/manifest`)
    await api.ok('PATCH', path, {
      metadata: { runner: { id: 'r', host: 'h', pid: 1, claimedAt: 1 }, mine: true },
      usage: { costUsd: 2 },
      env: { NODE_OPTIONS: '--require=/tmp/x.js' },
    })
    await api.ok('POST', `${path}/end`, { cause: 'exited', exitCode: 3 })
    const { status, body } = await restart(path)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...{
        id: session.id,
        status: 'spawning',
        completedAt: null,
        name: session.name,
        taskIds: session.taskIds,
      },
      ...{ agent: 'claude', model: 'opus', startedAt: session.startedAt },
    })
    expect(body.run).toBeGreaterThan(session.run)
    expect(body).not.toHaveProperty('endReason')
    expect(body).not.toHaveProperty('usage')
    expect(body.metadata).toEqual({ ...session.metadata, mine: true })
    expect(body.timeline.map(({ type }) => type)).toEqual([
      'session_started',
      'session_stopped',
      'session_started',
    ])
    expect(body.timeline.at(-1)).toMatchObject({
      metadata: { before: { run: session.run, status: 'failed', usage: { costUsd: 2 } } },
    })
    expect(await api.get(path)).toEqual(body)
    expect(await api.get(`${path}/manifest`)).toEqual(manifest)
  })

  it('is told to those who start sessions as when it was spawned, and then what becomes of its queue', async () => {
    const { session, tasks, path } = await spawned({ strategy: 'queue' }, 3)
    await api.ok('POST', `${path}/queue/start`)
    await api.ok('POST', `${path}/queue/complete`)
    await api.ok('POST', `${path}/queue/start`)
    await api.ok('PATCH', path, { env: { NODE_OPTIONS: '--require=/tmp/x.js' } })
    await api.ok('POST', `${path}/end`, { cause: 'exited', exitCode: 1 })
    expect(await said(tasks)).toEqual(['completed', 'failed', 'skipped'])
    const socket = await connect(target.url, { path: `/?rooms=session:${session.id}` })
    const answer = await restart(path)
    await socket.waitFor(({ type }) => type === 'queue:updated')
    const { body: queue } = await api.request<{ queue: { items: object[] } }>('GET', `${path}/queue`)
    await api.ok('DELETE', path)
    await socket.waitFor(({ type }) => type === 'session:deleted')
    const first = socket.messages.map(({ type }) => type).slice(0, 2)
    expect(first).toEqual(['session:spawn', 'queue:updated'])
    expect(socket.messages[0]?.data).toEqual({
      session: answer.body,
      command: 'maestro worker init',
      cwd: '/home/ada/app',
      envVars: { ...session.env },
      manifest: expect.objectContaining({ role: 'worker', strategy: 'queue' }),
      projectId: project,
      taskIds: session.taskIds,
      spawnSource: 'ui',
      parentSessionId: null,
      _isSpawnCreated: true,
    })
    const [one, two, three] = tasks.map(({ id }) => id)
    expect(queue.queue.items).toEqual([
      expect.objectContaining({ taskId: one, status: 'completed' }),
      { taskId: two, status: 'queued', addedAt: expect.any(Number) },
      { taskId: three, status: 'queued', addedAt: expect.any(Number) },
    ])
    expect(await said(tasks)).toEqual(['completed', null, null])
    await socket.close()
  })

  it('does not take an outcome of its last run for a report of this one, nor what others work on', async () => {
    const { tasks, path } = await spawned({}, 3)
    const outcomes = ['completed', 'failed', 'blocked'] as const
    await api.ok('POST', `${path}/end`, {
      cause: 'exited',
      exitCode: 0,
      outcomes: tasks.map(({ id }, n) => ({ taskId: id, outcome: outcomes[n] })),
    })
    const other = await api.session(project, [tasks[2]?.id ?? ''], { status: 'working' })
    expect((await restart(path)).status).toBe(200)
    expect(await said(tasks)).toEqual(['completed', null, 'blocked'])
    await api.ok('DELETE', `/api/sessions/${other.id}`)
    const again = await api.ok<Session>('POST', `${path}/end`, { cause: 'exited', exitCode: 0 })
    expect(again).toMatchObject({ status: 'failed', endReason: 'It ended without a report on 1 task(s)' })
  })

  it('hears nothing of tokens, heartbeats and the runner of an earlier run', async () => {
    const { session, path } = await spawned()
    const token = await tokenOf(path)
    const old = bearer(token)
    expect((await api.request('POST', `${path}/heartbeat`, { ttlSeconds: 5 }, old)).status).toBe(200)
    await api.ok('POST', `${path}/stop`)
    const { body } = await restart(path)
    for (const [method, to, content] of [
      ['GET', '/api/tasks', undefined],
      ['POST', `${path}/end`, { cause: 'reported' }],
      ['POST', `${path}/heartbeat`, {}],
      ['PATCH', path, { status: 'working' }],
    ] as const)
      expect(await api.request(method, to, content, old)).toMatchObject(refusal(409, 'SESSION_ENDED'))
    expect(await api.get(path)).toEqual(body)
    const fresh = bearer(await tokenOf(path))
    expect((await api.request('PATCH', path, { status: 'working' }, fresh)).status).toBe(200)
    expect(fresh.Authorization).toContain(`mst_${session.id}_${body.run}_`)
  })
})

describe('a restart is refused', () => {
  it('of what lives, was not spawned, or is not there; and changes nothing', async () => {
    const { session, path } = await spawned()
    const plain = await api.session(project, [], { status: 'completed', metadata: { ...session.metadata } })
    expect(await restart('/api/sessions/sess_none')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    expect(await restart(`/api/sessions/${plain.id}`)).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Manifest not found'),
    )
    expect(await restart(path)).toMatchObject(refusal(409, 'INVALID_STATE'))
    await api.ok('PATCH', path, { status: 'idle' })
    const before = await api.get(path)
    expect(await restart(path)).toMatchObject(refusal(409, 'INVALID_STATE'))
    expect(await api.get(path)).toEqual(before)
  })

  it('from a page that may be anybody’s', async () => {
    const { path } = await ended({ permissionMode: 'bypassPermissions' })
    expect(await restart(path, { Origin: 'http://localhost:5173' })).toMatchObject(refusal(403, 'FORBIDDEN'))
    expect((await restart(path, { Origin: 'tauri://localhost' })).status).toBe(200)
  })

  it('to the second of two at once, and answered again to a repeat', async () => {
    const { path } = await ended()
    const answers = await Promise.all([restart(path), restart(path)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    await api.ok('POST', `${path}/stop`)
    const key = { 'Idempotency-Key': `again-${path}` }
    const first = await restart(path, key)
    const repeat = await restart(path, key)
    expect(repeat).toMatchObject({ status: 200, body: { run: first.body.run } })
    expect(repeat.headers.get('Idempotent-Replayed')).toBe('true')
    expect(await api.get(path)).toEqual(first.body)
  })
})

describe('an orchestrator restarts', () => {
  const family = async (fields: object = {}) => {
    const parent = await spawned({ role: 'orchestrator', ...fields })
    const headers = bearer(await tokenOf(parent.path))
    return { ...parent, headers, child: (given: object = {}) => spawned(given, 1, headers) }
  }

  it('what it has spawned and nothing else, itself neither', async () => {
    const { path, headers, child } = await family()
    const { path: own } = await child()
    const { path: foreign } = await ended()
    await api.ok('POST', `${own}/stop`)
    expect(await restart(foreign, headers)).toMatchObject(refusal(403, 'FORBIDDEN'))
    expect(await restart(path, headers)).toMatchObject(refusal(403, 'FORBIDDEN'))
    expect((await restart(own, headers)).status).toBe(200)
    const token = bearer(await tokenOf(own))
    await api.ok('POST', `${own}/stop`)
    expect(await restart(own, token)).toMatchObject(refusal(403, 'FORBIDDEN'))
  })

  it('no more than it may have at once; a person may have more', async () => {
    const { headers, child } = await family()
    const [first, second] = [await child(), await child()]
    await api.ok('POST', `${first.path}/stop`)
    await child()
    expect(await restart(first.path, headers)).toMatchObject(refusal(409, 'TOO_MANY_CHILDREN'))
    expect((await restart(first.path)).status).toBe(200)
    await api.ok('POST', `${first.path}/stop`)
    await api.ok('POST', `${second.path}/stop`)
    expect((await restart(first.path, headers)).status).toBe(200)
  })

  it('with no more rights than it has itself by now', async () => {
    const { path, headers } = await family({ permissionMode: 'acceptEdits' })
    const parent = path.split('/').at(-1)
    const { path: dearer } = await ended({
      ...{ sessionId: parent, spawnSource: 'session', permissionMode: 'bypassPermissions' },
    })
    expect((await restart(dearer)).body.permissionMode).toBe('bypassPermissions')
    await api.ok('POST', `${dearer}/stop`)
    expect((await restart(dearer, headers)).body.permissionMode).toBe('acceptEdits')
  })

  it('with what is left of its budget, and a person with all of it anew', async () => {
    const { path, headers, child } = await family({ budget: { costUsd: 3 } })
    const budgetOf = async (of: string) => (await api.get<Restartable>(of)).budget
    const helper = await child({ budget: { costUsd: 2 } })
    await api.ok('PATCH', helper.path, { usage: { costUsd: 1.5 } })
    await api.ok('POST', `${helper.path}/stop`)
    expect(await budgetOf(helper.path)).toMatchObject({ costUsd: 1.5, returned: { costUsd: 0.5 } })
    const again = await restart(helper.path, headers)
    expect(again.body.budget).toEqual({ costUsd: 1.5, takenFrom: path.split('/').at(-1) })
    expect(await budgetOf(path)).toEqual({ costUsd: 0 })
    await api.ok('PATCH', helper.path, { usage: { costUsd: 1.5 } })
    await api.ok('POST', `${helper.path}/stop`)
    const before = await api.get(helper.path)
    expect(await restart(helper.path, headers)).toMatchObject(refusal(409, 'INVALID_STATE'))
    expect(await api.get(helper.path)).toEqual(before)
    expect((await restart(helper.path)).body.budget).toEqual({ costUsd: 1.5 })
    expect(await budgetOf(path)).toEqual({ costUsd: 0 })
  })

  it('a session that was lost goes on by itself only where there is still a place', async () => {
    const { headers, child } = await family({ budget: { costUsd: 3 } })
    const helper = await child({ budget: { costUsd: 2 } })
    const own = bearer(await tokenOf(helper.path))
    await api.ok('POST', `${helper.path}/end`, { cause: 'lost' })
    const others = [await child({ budget: { costUsd: 1 } }), await child({ budget: { costUsd: 1 } })]
    const resume = (who: Record<string, string>) =>
      api.request<Restartable>('PATCH', helper.path, { status: 'working' }, who)
    expect(await resume(own)).toMatchObject(refusal(409, 'TOO_MANY_CHILDREN'))
    await api.ok('POST', `${others[0]?.path}/end`, { cause: 'reported' })
    expect((await resume(own)).body).toMatchObject({ status: 'working', budget: { costUsd: 2 } })
    expect(await restart(helper.path, headers)).toMatchObject(refusal(409, 'INVALID_STATE'))
  })
})
