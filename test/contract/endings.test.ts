// Work that nobody does any more looks busy for ever, or looks done though nobody did it.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})

const tasks = async (...statuses: (string | undefined)[]): Promise<Task[]> => {
  const made: Task[] = []
  for (const [n] of statuses.entries()) made.push(await api.task(project.id, { title: `task ${n}` }))
  return made
}

/** A living session whose tasks say these things. */
const working = async (statuses: (string | undefined)[], fields: object = {}) => {
  const made = await tasks(...statuses)
  const session = await api.session(
    project.id,
    made.map(({ id }) => id),
    { status: 'working', ...fields },
  )
  for (const [n, { id }] of made.entries()) if (statuses[n]) await report(id, statuses[n])
  return { session, tasks: made }
}

const report = (id: string, sessionStatus: string, fields: object = {}) =>
  api.ok<Task>('PATCH', `/api/tasks/${id}`, { updateSource: 'session', sessionStatus, ...fields })
const end = (id: string, body: object) => api.ok<Session>('POST', `/api/sessions/${id}/end`, body)
const sessionOf = (id: string) => api.get<Session>(`/api/sessions/${id}`)
const said = async (made: readonly Task[]) => {
  const now: unknown[] = []
  for (const { id } of made) now.push((await api.get<Task>(`/api/tasks/${id}`)).sessionStatus ?? null)
  return now
}
const refusal = async (method: 'POST' | 'PATCH', path: string, body?: object) => {
  const { status, body: answer } = await api.request<{ code: string }>(method, path, body)
  return [status, answer.code]
}

const outcomes = ['working', 'queued', 'needs_input', 'completed', 'blocked', undefined]

describe('a session that ends', () => {
  it.each([
    ['by its own report', { cause: 'reported' }, 'completed', 'completed', null],
    [
      'because it could not be started',
      { cause: 'start_failed', reason: 'no such program' },
      'failed',
      'failed',
      'no such program',
    ],
    ['because it was stopped', { cause: 'stopped' }, 'stopped', null, null],
    ['because its machine is gone', { cause: 'lost' }, 'failed', 'failed', 'lost: its process is gone'],
    ['by a report without words', { cause: 'reported', reason: '' }, 'completed', 'completed', null],
  ])('%s leaves no task that looks busy', async (_, body, status, open, endReason) => {
    const { session, tasks: made } = await working(outcomes)
    const ended = await end(session.id, body)
    expect(ended).toMatchObject({ status, completedAt: expect.any(Number) })
    expect(ended.endReason ?? null).toBe(endReason)
    expect(await said(made)).toEqual([open, open, open, 'completed', 'blocked', null])
    expect(await sessionOf(session.id)).toEqual(ended)
    expect(ended.timeline.at(-1)).toMatchObject({ metadata: { cause: body.cause } })
  })

  it.each([
    ['another code than 0', { exitCode: 7 }, 'It ended with exit code 7'],
    ['a signal, whatever the code', { exitCode: 0, signal: 'SIGSEGV' }, 'It was ended by SIGSEGV'],
    ['a code, and says why', { exitCode: 2, reason: 'out of memory' }, 'out of memory'],
    ['a code, and says nothing of why', { exitCode: 2, reason: ' ' }, 'It ended with exit code 2'],
  ])('by an exit with %s has failed', async (_, how, endReason) => {
    const { session, tasks: made } = await working(['working', 'completed', undefined])
    expect(await end(session.id, { cause: 'exited', ...how })).toMatchObject({ status: 'failed', endReason })
    expect(await said(made)).toEqual(['failed', 'completed', null])
  })

  it('by an exit with 0 is completed only if every task has an outcome', async () => {
    const done = await working(['completed', 'failed', 'blocked', 'skipped'])
    expect(await end(done.session.id, { cause: 'exited', exitCode: 0, signal: null })).toMatchObject({
      status: 'completed',
    })
    const silent = await working(['completed', 'working', undefined])
    expect(await end(silent.session.id, { cause: 'exited', exitCode: 0 })).toMatchObject({
      status: 'failed',
      endReason: 'It ended without a report on 2 task(s)',
    })
    expect(await said(silent.tasks)).toEqual(['completed', 'failed', 'failed'])
  })

  it('while it waits for a person is not completed', async () => {
    const asking = await working(['working', 'completed'])
    const needsInput = { active: true, message: 'Blue or green?' }
    const waiting = await api.ok<Session>('PATCH', `/api/sessions/${asking.session.id}`, { needsInput })
    expect(waiting).toMatchObject({ needsInput: { ...needsInput, since: expect.any(Number) } })
    expect(waiting.timeline.at(-1)).toMatchObject({ type: 'needs_input', message: 'Blue or green?' })
    expect(await end(asking.session.id, { cause: 'exited', exitCode: 3 })).toMatchObject({
      status: 'stopped',
      endReason: 'It ended while it waited: Blue or green?',
      needsInput: { active: false },
    })
    expect(await said(asking.tasks)).toEqual(['blocked', 'completed'])
    const byTask = await working(['needs_input'])
    expect(await end(byTask.session.id, { cause: 'exited', exitCode: 0 })).toMatchObject({
      status: 'stopped',
      endReason: 'It ended while it waited: a question',
    })
  })

  it('leaves a task alone that another living session works on', async () => {
    const [shared] = await tasks(undefined)
    if (!shared) throw new Error('no task')
    const one = await api.session(project.id, [shared.id], { status: 'working' })
    const two = await api.session(project.id, [shared.id], { status: 'idle' })
    await report(shared.id, 'working')
    await end(one.id, { cause: 'lost' })
    expect(await said([shared])).toEqual(['working'])
    await end(two.id, { cause: 'lost' })
    expect(await said([shared])).toEqual(['failed'])
  })

  it('notes the outcomes that come with the end, of two for one task the last', async () => {
    const { session, tasks: made } = await working(['working', 'working'])
    const [one, two] = made
    const ended = await end(session.id, {
      cause: 'exited',
      exitCode: 0,
      outcomes: [
        { taskId: one?.id, outcome: 'failed' },
        { taskId: two?.id, outcome: 'blocked', message: 'needs a key' },
        { taskId: one?.id, outcome: 'completed', message: 'done' },
      ],
    })
    expect(ended.status).toBe('completed')
    expect(await said(made)).toEqual(['completed', 'blocked'])
    expect(ended.timeline).toMatchObject([
      { type: 'task_completed', taskId: one?.id, message: 'done' },
      { type: 'task_blocked', taskId: two?.id, message: 'needs a key' },
      { type: 'session_stopped' },
    ])
  })

  it.each([
    ['no cause', {}],
    ['a cause that there is not', { cause: 'bored' }],
    ['an exit without code and signal', { cause: 'exited', exitCode: null }],
    [
      'an outcome of a task that is not its',
      { cause: 'reported', outcomes: [{ taskId: 'task_x', outcome: 'completed' }] },
    ],
    [
      'an outcome that there is not',
      { cause: 'reported', outcomes: [{ taskId: 'task_x', outcome: 'working' }] },
    ],
  ])('is not ended by %s', async (_, body) => {
    const { session } = await working([])
    expect(await refusal('POST', `/api/sessions/${session.id}/end`, body)).toEqual([400, 'VALIDATION_ERROR'])
    expect(await sessionOf(session.id)).toEqual(session)
  })

  it.each([
    ['failed', 'failed'],
    ['stopped', null],
    ['completed', null],
  ])('by a PATCH to %s leaves no task that looks busy', async (status, open) => {
    const { session, tasks: made } = await working(['working', 'needs_input', 'completed', undefined])
    const ended = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, {
      status,
      endReason: 'as said',
    })
    expect(ended).toMatchObject({ status, endReason: 'as said' })
    expect(await said(made)).toEqual([open, open, 'completed', null])
  })

  it('and is deleted, or loses its task, leaves nothing that looks busy', async () => {
    const gone = await working(['working', 'completed'])
    await api.ok('DELETE', `/api/sessions/${gone.session.id}`)
    expect(await said(gone.tasks)).toEqual([null, 'completed'])
    const left = await working(['needs_input'])
    await api.ok('DELETE', `/api/sessions/${left.session.id}/tasks/${left.tasks[0]?.id}`)
    expect(await said(left.tasks)).toEqual([null])
  })
})

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

it.each(['completed', 'failed', 'stopped'])(
  'a %s session is not stopped once more, and nothing is noted',
  async (status) => {
    const { session } = await working(['working'])
    const ended = await api.ok<Session>('PATCH', `/api/sessions/${session.id}`, {
      status,
      endReason: 'as said',
    })
    expect(await api.ok<Session>('POST', `/api/sessions/${session.id}/stop`)).toEqual(ended)
    expect(await sessionOf(session.id)).toEqual(ended)
  },
)

it('a session that is stopped, or ended, is not found where there is none', async () => {
  for (const verb of ['stop', 'end'])
    expect(await refusal('POST', `/api/sessions/sess_none/${verb}`, { cause: 'lost' })).toEqual([
      404,
      'NOT_FOUND',
    ])
})

it('a person is told at the spawn that another session works on the task', async () => {
  const [task] = await tasks(undefined)
  const spawn = () =>
    api.ok<{ sessionId: string; warnings?: string[] }>('POST', '/api/sessions/spawn', {
      projectId: project.id,
      taskIds: [task?.id],
      worktree: true,
    })
  const first = await spawn()
  expect(first).not.toHaveProperty('warnings')
  const second = await spawn()
  expect(second.warnings).toEqual([expect.stringContaining(first.sessionId)])
  await api.ok('POST', `/api/sessions/${first.sessionId}/stop`)
  await api.ok('POST', `/api/sessions/${second.sessionId}/stop`)
  expect(await spawn()).not.toHaveProperty('warnings')
})

it('a person is told at the spawn of what the tasks wait for, and of a skill that is not there', async () => {
  const [first, second, done] = await tasks(undefined, undefined, undefined)
  await api.ok('PATCH', `/api/tasks/${done?.id}`, { status: 'completed' })
  await api.ok('PATCH', `/api/tasks/${second?.id}`, { dependencies: [first?.id, done?.id] })
  const spawn = async (taskIds: unknown[], fields = {}) => {
    const body = { projectId: project.id, taskIds, worktree: true, ...fields }
    const { sessionId, warnings } = await api.ok<{ sessionId: string; warnings?: string[] }>(
      'POST',
      '/api/sessions/spawn',
      body,
    )
    await api.ok('POST', `/api/sessions/${sessionId}/stop`)
    return warnings
  }
  expect(await spawn([second?.id])).toEqual([expect.stringMatching(`${second?.id} waits for ${first?.id}`)])
  expect(await spawn([first?.id, second?.id])).toBe(undefined)
  expect(await spawn([first?.id], { skills: ['juggling'] })).toEqual(['There is no skill "juggling"'])
})

it('no request can make a session that a runner takes', async () => {
  const session = await api.session(project.id, [], { status: 'spawning', run: 1 })
  expect(session).not.toHaveProperty('run')
  expect(await api.ok('PATCH', `/api/sessions/${session.id}`, { run: 1 })).not.toHaveProperty('run')
})
