// A person with five agents does not see who waits, answers twice, or is answered for by somebody else.
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client, type Project, refusal, type Session, type Task, wrongField } from './http'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

interface Request {
  id: string
  sessionId: string
  projectId: string
  taskId?: string
  kind: string
  title: string
  options: { id: string; label: string; effect: string }[]
  state: string
  answer?: { optionId?: string; text?: string; by: string; at: number }
  deliveredAt?: number
  createdAt: number
  updatedAt: number
}

interface Waiting extends Session {
  needsInput?: { active: boolean; message?: string; since?: number }
}

const options = [
  { id: 'yes', label: 'Yes', effect: 'allow_once' },
  { id: 'no', label: 'No', effect: 'reject_once' },
]

let project: Project
let task: Task
let session: Session
beforeEach(async () => {
  project = await api.project()
  task = await api.task(project.id)
  session = await api.session(project.id, [task.id], { status: 'working' })
})

const ask = (title: string, fields: object = {}, id = session.id) =>
  api.ok<Request>('POST', `/api/sessions/${id}/requests`, { kind: 'question', title, ...fields })
const answer = (id: string, body: object) => api.ok<Request>('POST', `/api/requests/${id}/answer`, body)
const withdraw = (id: string) => api.ok<Request>('POST', `/api/requests/${id}/withdraw`)
const sessionNow = (id = session.id) => api.get<Waiting>(`/api/sessions/${id}`)
const taskNow = async (id = task.id) => (await api.get<Task>(`/api/tasks/${id}`)).sessionStatus
const inbox = (query = '') => api.get<Request[]>(`/api/inbox?projectId=${project.id}${query}`)

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

describe('an answer', () => {
  it('is given once: who comes second is told who and what', async () => {
    const { id } = await ask('?', { options })
    const both = await Promise.all(
      ['Ada', 'Bob'].map((by) => api.request('POST', `/api/requests/${id}/answer`, { optionId: 'yes', by })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const { answer: counts } = await api.get<Request>(`/api/requests/${id}`)
    const second = both.find(({ status }) => status === 409)
    expect(second?.body).toMatchObject({ code: 'ALREADY_ANSWERED', details: { answer: counts } })
    expect(await api.request('POST', `/api/requests/${id}/withdraw`)).toMatchObject(
      refusal(409, 'ALREADY_ANSWERED'),
    )
  })

  it.each([
    ['an option that it does not have', { optionId: 'maybe' }],
    ['neither an option nor a text', {}],
    ['a blank text alone', { text: ' \n' }],
    ['a blank name', { optionId: 'yes', by: ' ' }],
    ['a name of 101 characters', { optionId: 'yes', by: 'x'.repeat(101) }],
    ['a text of one byte more than 64 KiB', { text: `${'é'.repeat(32_768)}x` }],
  ])('with %s is refused, and the request stays open', async (_, body) => {
    const { id } = await ask('?', { options })
    const refused = await api.request('POST', `/api/requests/${id}/answer`, body)
    expect(refused).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
    expect(await api.get(`/api/requests/${id}`)).toMatchObject({ state: 'open' })
  })

  it('has room for 64 KiB', async () => {
    const text = `${'é'.repeat(32_767)} x`
    expect(await answer((await ask('?')).id, { text })).toMatchObject({ answer: { text, by: 'user' } })
  })

  it('in words refuses an approval, and just answers a question', async () => {
    const approval = await ask('May it?', { kind: 'approval', options })
    expect(await answer(approval.id, { text: 'Not like this' })).toMatchObject({
      answer: { optionId: 'no', text: 'Not like this' },
    })
    const question = await ask('What?', { options })
    const answered = await answer(question.id, { text: 'That' })
    expect(answered.answer).toEqual({ text: 'That', by: 'user', at: expect.any(Number) })
    const bare = await ask('May it?', { kind: 'approval', options: options.slice(0, 1) })
    expect((await answer(bare.id, { text: 'No' })).answer).not.toHaveProperty('optionId')
  })

  it('has a receipt, which comes once', async () => {
    const { id } = await ask('?')
    const path = `/api/requests/${id}/delivered`
    expect(await api.request('POST', path)).toMatchObject(refusal(409, 'INVALID_STATE'))
    await answer(id, { text: 'so' })
    const delivered = await api.ok<Request>('POST', path)
    expect(delivered).toMatchObject({ state: 'answered', deliveredAt: expect.any(Number) })
    expect(await api.ok('POST', path)).toEqual(delivered)
  })

  it('of what was withdrawn is refused', async () => {
    const { id } = await ask('?')
    const withdrawn = await withdraw(id)
    expect(withdrawn).toMatchObject({ state: 'withdrawn' })
    expect(await withdraw(id)).toEqual(withdrawn)
    expect(await api.request('POST', `/api/requests/${id}/answer`, { text: 'so' })).toMatchObject(
      refusal(409, 'REQUEST_WITHDRAWN'),
    )
    expect(await api.request('POST', `/api/requests/${id}/delivered`)).toMatchObject(
      refusal(409, 'INVALID_STATE'),
    )
  })

  it.each(['answer', 'withdraw', 'delivered'])('%s of no request is not found', async (verb) => {
    const answered = await api.request('POST', `/api/requests/req_none/${verb}`, { text: 'so' })
    expect(answered).toMatchObject(refusal(404, 'NOT_FOUND', 'Request not found'))
    expect(await api.request('GET', '/api/requests/req_none')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Request not found'),
    )
  })
})

describe('the inbox', () => {
  it('shows what is asked for, oldest first, in pages', async () => {
    const one = await ask('One?')
    const two = await ask('Two?', { kind: 'approval', options })
    const other = await api.session(project.id)
    const three = await ask('Three?', { kind: 'stall' }, other.id)
    await withdraw(three.id)
    expect((await inbox()).map(({ id }) => id)).toEqual([one.id, two.id])
    expect((await inbox('&kind=approval')).map(({ id }) => id)).toEqual([two.id])
    expect((await inbox(`&state=all&sessionId=${other.id}`)).map(({ id }) => id)).toEqual([three.id])
    expect(await inbox('&state=answered')).toEqual([])
    const page = await api.request<Request[]>('GET', `/api/inbox?projectId=${project.id}&limit=1`)
    expect(page.body.map(({ id }) => id)).toEqual([one.id])
    const next = await inbox(`&limit=1&cursor=${page.headers.get('X-Next-Cursor')}`)
    expect(next.map(({ id }) => id)).toEqual([two.id])
  })

  it.each(['kind=plea', 'state=lost', 'limit=0'])('is refused with %s', async (query) => {
    expect(await api.request('GET', `/api/inbox?${query}`)).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
  })

  it('has a room of its own, beside those of session, project and task', async () => {
    const rooms = ['inbox', `session:${session.id}`, `project:${project.id}`, `task:${task.id}`]
    for (const room of rooms) {
      const socket = await connect(target.url, { path: `/?rooms=${room},all` })
      onTestFinished(async () => void (await socket.close()))
      const heard = await heardDuring(socket, api, async () => answer((await ask('?')).id, { text: 'so' }))
      expect(heard.map(({ type }) => type)).toEqual([
        ...['request:created', 'session:updated', 'task:updated'],
        ...['request:updated', 'session:updated', 'task:updated'],
      ])
      expect(heard[0]?.data).toMatchObject({ sessionId: session.id, state: 'open' })
    }
    const plain = await connect(target.url)
    onTestFinished(async () => void (await plain.close()))
    const heard = await heardDuring(plain, api, async () => withdraw((await ask('?')).id))
    expect(heard.filter(({ type }) => type.startsWith('request'))).toEqual([])
  })
})

describe('a session that ends', () => {
  const end = (body: object) => api.ok<Waiting>('POST', `/api/sessions/${session.id}/end`, body)

  it('withdraws what it has asked', async () => {
    const { id } = await ask('?')
    expect(await end({ cause: 'reported' })).toMatchObject({
      status: 'completed',
      needsInput: { active: false },
    })
    expect(await api.get(`/api/requests/${id}`)).toMatchObject({ state: 'withdrawn' })
    expect(await taskNow()).toBe('completed')
  })

  it('while a question or an approval is open has stopped, and says which', async () => {
    await ask('Too slow?', { kind: 'stall' })
    await ask('May it?', { kind: 'approval', options })
    await ask('Which?')
    expect(await end({ cause: 'exited', exitCode: 1 })).toMatchObject({
      status: 'stopped',
      endReason: 'It ended while it waited: May it?',
    })
    expect(await taskNow()).toBe('blocked')
  })

  it('while nothing but a stall, a limit or a budget is open has not', async () => {
    await ask('Too slow?', { kind: 'stall' })
    expect(await end({ cause: 'exited', exitCode: 1 })).toMatchObject({
      status: 'failed',
      endReason: 'It ended with exit code 1',
    })
    expect(await taskNow()).toBe('failed')
  })

  it('leaves no task waiting on which another one works, unless that asks, too', async () => {
    const asking = async () => {
      const { id } = await api.session(project.id, [task.id], { status: 'working' })
      await ask('Mine?', {}, id)
      expect(await taskNow()).toBe('needs_input')
      return `/api/sessions/${id}`
    }
    await api.ok('POST', `${await asking()}/stop`)
    expect(await taskNow()).toBe('working')
    await api.ok('DELETE', await asking())
    expect(await taskNow()).toBe('working')
    await api.ok('PATCH', await asking(), { status: 'completed' })
    expect(await taskNow()).toBe('working')
    const { id } = await ask('And mine?')
    await api.ok('POST', `${await asking()}/stop`)
    expect(await taskNow()).toBe('needs_input')
    await answer(id, { text: 'so' })
    expect(await taskNow()).toBe('working')
  })

  it('and is deleted takes its requests along', async () => {
    const { id } = await ask('?')
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    expect(await api.request('GET', `/api/requests/${id}`)).toMatchObject(refusal(404, 'NOT_FOUND'))
    expect(await inbox('&state=all')).toEqual([])
    expect(await taskNow()).toBe(undefined)
  })
})
