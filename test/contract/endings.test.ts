// Work that nobody does any more looks busy for ever, or looks done though nobody did it.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { endingsOf } from './endings'
import { client, type Project, type Session } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, tasks, working, report, end, sessionOf, said, refusal } = endingsOf(api)
let project: Project
beforeEach(async () => {
  project = await begin()
})

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
