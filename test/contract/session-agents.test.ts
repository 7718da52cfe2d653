// Who spawns says which agent works, how and for how much, and finds that again wherever the session is told of.
import { afterAll, describe, expect, it } from 'vitest'
import { client, nextMillisecond, type Session, wrongField } from './http'
import { connect } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const task = await api.task(project.id)

interface Spawned {
  sessionId: string
  warnings?: string[]
  session: Session & Record<string, unknown>
}
interface Manifest {
  role: string
  session: Record<string, unknown>
}
const spawn = (fields: object) =>
  api.ok<Spawned>('POST', '/api/sessions/spawn', { projectId: project.id, taskIds: [task.id], ...fields })
const manifestOf = (id: string) => api.get<Manifest>(`/api/sessions/${id}/manifest`)
const update = (id: string, fields: object) => api.ok<Session>('PATCH', `/api/sessions/${id}`, fields)

const chosen = {
  agent: 'claude',
  model: 'claude-opus-4-7[1m]',
  permissionMode: 'plan',
  drive: 'terminal',
  budget: { minutes: 30, costUsd: 2.5 },
}

describe('how the agent of a spawn works', () => {
  it('stands in the session, its manifest and the event that asks for it', async () => {
    const socket = await connect(target.url)
    const { sessionId, session } = await spawn(chosen)
    expect(session).toMatchObject(chosen)
    expect((await manifestOf(sessionId)).session).toMatchObject(chosen)
    const event = await socket.waitFor(({ type }) => type === 'session:spawn')
    expect(event.data).toMatchObject({ ...chosen, session: chosen, manifest: { session: chosen } })
    await socket.close()
  })

  it('is absent where nobody chose it, but in the manifest, which always names a model and a mode', async () => {
    const { sessionId, session } = await spawn({})
    for (const field of [...Object.keys(chosen), 'worktree']) expect(session).not.toHaveProperty(field)
    expect((await manifestOf(sessionId)).session).toMatchObject({
      model: 'sonnet',
      permissionMode: 'acceptEdits',
    })
  })

  it('takes the model of the first task, as the manifest does', async () => {
    const withModel = await api.task(project.id, { model: 'haiku' })
    const { sessionId, session } = await spawn({ taskIds: [withModel.id, task.id] })
    expect(session.model).toBe('haiku')
    expect((await manifestOf(sessionId)).session.model).toBe('haiku')
  })

  it('takes the newest clients’ word for an orchestrator, and role before it', async () => {
    const coordinator = await spawn({ mode: 'coordinator' })
    expect(coordinator.session.metadata).toMatchObject({ role: 'orchestrator' })
    expect((await manifestOf(coordinator.sessionId)).role).toBe('orchestrator')
    expect((await spawn({ mode: 'coordinator', role: 'worker' })).session.metadata).toMatchObject({
      role: 'worker',
    })
    expect((await spawn({ mode: 'worker' })).session.metadata).toMatchObject({ role: 'worker' })
  })

  it.each([
    ['a command line for an agent', { agent: 'claude --dangerously-skip-permissions' }, 'agent'],
    ['a path for an agent', { agent: '/bin/sh' }, 'agent'],
    ['a permission mode that there is not', { permissionMode: 'yolo' }, 'permissionMode'],
    ['a drive that there is not', { drive: 'tmux' }, 'drive'],
    ['a model of 101 characters', { model: 'm'.repeat(101) }, 'model'],
    ['no minutes at all', { budget: { minutes: 0 } }, 'budget.minutes'],
    ['a budget that is a number', { budget: 5 }, 'budget'],
    ['a worktree that is a text', { worktree: 'yes' }, 'worktree'],
    ['a worktree without a name for its branch', { worktree: { branch: '' } }, 'worktree.branch'],
  ])('refuses %s, and spawns nothing', async (_, wrong, path) => {
    const before = await api.get<Session[]>('/api/sessions')
    const sent = { projectId: project.id, taskIds: [task.id], ...wrong }
    expect(await api.request('POST', '/api/sessions/spawn', sent)).toMatchObject(wrongField(path))
    expect(await api.get('/api/sessions')).toEqual(before)
  })

  it.each([true, {}, { branch: 'a', base: 'main' }, false])(
    'says whether it has a worktree: %o',
    async (worktree) => {
      const socket = await connect(target.url)
      const { sessionId, session } = await spawn({ worktree })
      expect(session).toHaveProperty('worktree', worktree)
      expect((await manifestOf(sessionId)).session).toHaveProperty('worktree', worktree)
      const event = await socket.waitFor(({ type }) => type === 'session:spawn')
      expect(event.data).toMatchObject({ worktree, session: { worktree } })
      await socket.close()
    },
  )

  it('warns where two that live would work in one directory, and neither has a worktree', async () => {
    const { id: projectId, workingDir } = await api.project({ workingDir: '/trees/one' })
    const warningsOf = async (fields: object, project = projectId) => {
      const { id } = await api.task(project)
      const spawned = await spawn({ projectId: project, taskIds: [id], ...fields })
      return { id: spawned.sessionId, warnings: spawned.warnings }
    }
    await warningsOf({ worktree: true })
    const first = await warningsOf({})
    expect(first.warnings).toBeUndefined()
    expect((await warningsOf({ worktree: { base: 'main' } })).warnings).toBeUndefined()
    const same = await api.project({ name: 'the same directory', workingDir: `${workingDir}/` })
    const second = await warningsOf({ worktree: false }, same.id)
    expect(second.warnings).toEqual([
      expect.stringMatching(
        new RegExp(`${first.id} .* works in /trees/one/?, too, and neither has a worktree`),
      ),
    ])
    const workspace = { path: '/trees/a', branch: 'a', base: 'main' }
    await update(second.id, { workspace })
    await api.ok('POST', `/api/sessions/${first.id}/stop`)
    expect((await warningsOf({})).warnings).toBeUndefined()
    const runner = { host: 'here', pid: 1, places: 1, waiting: [], agents: [], worktrees: true }
    expect((await warningsOf({})).warnings).toHaveLength(1)
    await api.ok('PUT', '/api/runners/1-0123456789ab', runner)
    expect((await warningsOf({})).warnings).toBeUndefined()
    await api.ok('PUT', '/api/runners/1-0123456789ab', { ...runner, worktrees: false })
  })
})

describe('the agent of a session that runs', () => {
  it('can be given another model and permission mode, and its driver says what counts', async () => {
    const { sessionId } = await spawn(chosen)
    expect(await update(sessionId, { model: 'haiku', permissionMode: 'default' })).toMatchObject({
      ...chosen,
      model: 'haiku',
      permissionMode: 'default',
    })
    const workspace = { path: '/trees/one', branch: 'maestro/one', base: 'main' }
    const said = { agent: 'codex', drive: 'acp', budget: { minutes: 60 }, workspace }
    expect(await update(sessionId, said)).toMatchObject(said)
    const cleared = await update(sessionId, { model: null, workspace: null })
    expect(cleared).not.toHaveProperty('model')
    expect(cleared).not.toHaveProperty('workspace')
  })

  it('says what it has used, all of it, and the server when', async () => {
    const { id } = await api.session(project.id)
    const usage = { inputTokens: 1200, outputTokens: 80, costUsd: 0.25, turns: 2 }
    const first = await update(id, { usage: { ...usage, updatedAt: 5 } })
    expect(first).toMatchObject({ usage: { ...usage, updatedAt: first.lastActivity } })
    await nextMillisecond()
    const second = await update(id, { usage: { turns: 3 } })
    expect(second).toHaveProperty('usage', { turns: 3, updatedAt: second.lastActivity })
    for (const wrong of [{ turns: -1 }, { inputTokens: 1.5 }, { costUsd: '1' }])
      expect(await api.request('PATCH', `/api/sessions/${id}`, { usage: wrong })).toMatchObject({
        status: 400,
      })
    expect(await api.get(`/api/sessions/${id}`)).toEqual(second)
  })

  it('cannot be given a run, a parent or a worktree by anybody', async () => {
    const { sessionId, session } = await spawn({})
    const sent = { run: 1, parentSessionId: 'sess_other', worktree: true }
    expect(await update(sessionId, sent)).toMatchObject({ run: session.run, parentSessionId: null })
    expect(await api.get(`/api/sessions/${sessionId}`)).not.toHaveProperty('worktree')
  })
})

describe('the session that asked for another', () => {
  it('is named by who registers what it started itself', async () => {
    const parent = await api.session(project.id)
    const register = (parentSessionId: unknown) =>
      api.request('POST', '/api/sessions', { projectId: project.id, taskIds: [], parentSessionId })
    expect(await register(parent.id)).toMatchObject({ status: 201, body: { parentSessionId: parent.id } })
    expect(await api.get<Session[]>(`/api/sessions?parentSessionId=${parent.id}`)).toHaveLength(1)
    expect(await register('sess_elsewhere')).toMatchObject({ body: { parentSessionId: 'sess_elsewhere' } })
    expect(await register(null)).toMatchObject({ status: 201, body: { parentSessionId: null } })
    for (const wrong of ['', 1, [parent.id]])
      expect(await register(wrong)).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } })
  })

  it('is its parent, by which its children are found', async () => {
    const parent = await api.session(project.id)
    expect(parent).toMatchObject({ parentSessionId: null })
    const one = await spawn({ spawnSource: 'session', sessionId: parent.id })
    const two = await spawn({ spawnSource: 'session', spawnedBy: parent.id })
    expect(one.session).toMatchObject({ parentSessionId: parent.id })
    const childrenOf = (query: string) => api.get<Session[]>(`/api/sessions?parentSessionId=${query}`)
    const ids = async (query: string) => (await childrenOf(query)).map(({ id }) => id)
    expect(await ids(parent.id)).toEqual([one.sessionId, two.sessionId])
    expect(await ids(`${parent.id}&limit=1`)).toEqual([one.sessionId])
    await update(two.sessionId, { status: 'completed' })
    expect(await ids(`${parent.id}&status=spawning`)).toEqual([one.sessionId])
    expect(await ids(`${parent.id}&active=true`)).toEqual([one.sessionId])
    expect(await ids(one.sessionId)).toEqual([])
    expect((await childrenOf('')).length).toBeGreaterThan(2)
  })
})
