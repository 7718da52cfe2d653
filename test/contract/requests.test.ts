// A person with five agents does not see who waits, or an agent asks and waits for what nobody will answer.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, refusal, type Session, type Task, wrongField } from './http'
import { options, requestsOf, type Waiting } from './requests'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, ask, answer, withdraw, sessionNow, taskNow, inbox } = requestsOf(api)
let project: Project
let task: Task
let session: Session
beforeEach(async () => {
  ;({ project, task, session } = await begin())
})

describe('a request', () => {
  it('is in the inbox, with what it is about, until it is answered', async () => {
    const asked = await ask('  Which date format?  ', { detail: 'ISO?', options })
    expect(asked).toEqual({
      id: expect.stringMatching(/^req_\d+_[0-9a-z]{9}$/),
      sessionId: session.id,
      projectId: project.id,
      taskId: task.id,
      kind: 'question',
      title: 'Which date format?',
      detail: 'ISO?',
      options,
      state: 'open',
      createdAt: expect.any(Number),
      updatedAt: asked.createdAt,
    })
    expect(await inbox()).toEqual([asked])
    expect(await api.get(`/api/requests/${asked.id}`)).toEqual(asked)
    const answered = await answer(asked.id, { optionId: 'yes', by: ' Ada ' })
    expect(answered).toEqual({
      ...asked,
      state: 'answered',
      answer: { optionId: 'yes', by: 'Ada', at: expect.any(Number) },
      updatedAt: answered.answer?.at,
    })
    expect(await inbox()).toEqual([])
    expect(await inbox('&state=all')).toEqual([answered])
  })

  it('says in session and task that they wait, and that they go on', async () => {
    const first = await ask('First?')
    const second = await ask('Second?')
    const waiting = await sessionNow()
    expect(waiting).toMatchObject({
      status: 'working',
      needsInput: { active: true, message: 'First?', since: expect.any(Number) },
    })
    const asked = waiting.timeline.filter(({ type }) => type === 'needs_input')
    expect(asked).toMatchObject([{ message: 'First?', taskId: task.id }])
    expect(await taskNow()).toBe('needs_input')
    await answer(first.id, { text: 'so' })
    expect((await sessionNow()).needsInput).toMatchObject({ active: true, message: 'Second?' })
    expect(await taskNow()).toBe('needs_input')
    await withdraw(second.id)
    expect((await sessionNow()).needsInput).toMatchObject({ active: false })
    expect(await taskNow()).toBe('working')
  })

  it('leaves a task done that was reported as done before, also when the agent then ends', async () => {
    await api.ok('PATCH', `/api/tasks/${task.id}`, {
      updateSource: 'session',
      sessionId: session.id,
      sessionStatus: 'completed',
    })
    const asked = await ask('May I push it?')
    expect((await sessionNow()).needsInput).toMatchObject({ active: true, message: 'May I push it?' })
    expect(await taskNow()).toBe('completed')
    await answer(asked.id, { text: 'Yes' })
    expect(await taskNow()).toBe('completed')
    await api.ok('POST', `/api/sessions/${session.id}/end`, { cause: 'exited', exitCode: 0 })
    expect(await sessionNow()).toMatchObject({ status: 'completed' })
    expect(await taskNow()).toBe('completed')
  })

  it('leaves what the task says meanwhile', async () => {
    const { id } = await ask('Done?')
    await api.ok('PATCH', `/api/tasks/${task.id}`, { updateSource: 'session', sessionStatus: 'completed' })
    await answer(id, { text: 'yes' })
    expect(await taskNow()).toBe('completed')
  })

  it('keeps its session waiting, whatever a PATCH says', async () => {
    await ask('First?')
    const path = `/api/sessions/${session.id}`
    for (const needsInput of [{ active: false }, null, { active: true, message: 'else' }]) {
      const { needsInput: now } = await api.ok<Waiting>('PATCH', path, { needsInput })
      expect(now).toMatchObject({ active: true, message: 'First?' })
    }
  })

  it('is about the task in processing, else the only one, else the one that is named', async () => {
    const other = await api.task(project.id)
    const both = await api.session(project.id, [task.id, other.id])
    expect(await ask('Which?', {}, both.id)).not.toHaveProperty('taskId')
    expect(await ask('This?', { taskId: other.id }, both.id)).toMatchObject({ taskId: other.id })
    const queue = await api.session(project.id, [task.id, other.id], { strategy: 'queue' })
    await api.ok('POST', `/api/sessions/${queue.id}/queue/start`)
    expect(await ask('Which?', {}, queue.id)).toMatchObject({ taskId: task.id })
    const path = `/api/sessions/${both.id}/requests`
    const unknown = { kind: 'question', title: 't', taskId: 'task_x' }
    expect(await api.request('POST', path, unknown)).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND', 'Task not found'),
    )
    const foreign = await api.task(project.id)
    expect(await api.request('POST', path, { ...unknown, taskId: foreign.id })).toMatchObject(
      wrongField('taskId', expect.any(String)),
    )
  })

  it.each(['stall', 'limit', 'budget'])('%s can be extended, continued or stopped', async (kind) => {
    const ids = async (fields: object) => (await ask('?', { kind, ...fields })).options.map(({ id }) => id)
    expect(await ids({})).toEqual(['extend', 'continue', 'stop'])
    expect(await ids({ options: [] })).toEqual(['extend', 'continue', 'stop'])
    expect(await ids({ options })).toEqual(['yes', 'no'])
  })

  it.each([
    ['no kind', { title: 't' }, 'kind'],
    ['a kind that there is not', { kind: 'plea', title: 't' }, 'kind'],
    ['a blank title', { kind: 'question', title: ' ' }, 'title'],
    ['a long title', { kind: 'question', title: 'x'.repeat(501) }, 'title'],
    [
      'more than 16 KiB of detail',
      { kind: 'question', title: 't', detail: `${'é'.repeat(8192)}x` },
      'detail',
    ],
    [
      'an effect that there is not',
      { kind: 'approval', title: 't', options: [{ id: 'a', label: 'A', effect: 'explode' }] },
      'options.0.effect',
    ],
    [
      'an option whose id is blank',
      { kind: 'approval', title: 't', options: [options[0], { ...options[1], id: '\u00a0\t' }] },
      'options.1.id',
    ],
    ['options with one id', { kind: 'approval', title: 't', options: [options[0], options[0]] }, 'options'],
    [
      '21 options',
      {
        kind: 'approval',
        title: 't',
        options: Array.from({ length: 21 }, (_, n) => ({ id: `${n}`, label: 'A', effect: 'other' })),
      },
      'options',
    ],
  ])('with %s is refused, and nothing waits', async (_, body, field) => {
    const path = `/api/sessions/${session.id}/requests`
    expect(await api.request('POST', path, body)).toMatchObject(wrongField(field, expect.any(String)))
    expect(await inbox()).toEqual([])
    expect(await sessionNow()).toEqual(session)
  })

  it('has room for 500 characters, 16 KiB and 20 options', async () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ id: `${n}`, label: 'A', effect: 'other' }))
    const detail = 'é'.repeat(8192)
    expect(await ask('x'.repeat(500), { detail, options: many })).toMatchObject({ detail, options: many })
  })

  it('of no session, or of one that has ended, is refused', async () => {
    const body = { kind: 'question', title: 't' }
    expect(await api.request('POST', '/api/sessions/sess_none/requests', body)).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    expect(await api.request('POST', `/api/sessions/${session.id}/requests`, body)).toMatchObject(
      refusal(409, 'SESSION_ENDED'),
    )
    expect(await inbox('&state=all')).toEqual([])
  })
})
