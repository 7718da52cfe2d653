// What somebody tells a running agent is lost, said twice, out of order, or said to have arrived where it has not.
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client, type Project, refusal, type Session, wrongField } from './http'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

interface Message {
  id: string
  sessionId: string
  from: string
  text?: string
  mode: string
  state: string
  reason?: string
  createdAt: number
  deliveredAt?: number
  key?: string
}

let project: Project
let session: Session
let path: string
beforeEach(async () => {
  project = await api.project()
  session = await api.session(project.id, [], { status: 'working' })
  path = `/api/sessions/${session.id}/messages`
})

const tell = (text: string, fields: object = {}) => api.ok<Message>('POST', path, { text, ...fields })
const move = (id: string, state: string, fields: object = {}) =>
  api.ok<Message>('PATCH', `/api/messages/${id}`, { state, ...fields })
const told = (query = '') => api.get<Message[]>(path + query)

describe('a message', () => {
  it('is kept as it is, and told in the order in which it came', async () => {
    const text = '  Leave the old pages:\n\té 🎼 \n'
    const first = await tell(text)
    expect(first).toEqual({
      id: expect.stringMatching(/^msg_\d+_[0-9a-z]{9}$/),
      sessionId: session.id,
      from: 'user',
      text,
      mode: 'queue',
      state: 'queued',
      createdAt: expect.any(Number),
    })
    const second = await tell('Now', { mode: 'steer', key: null })
    expect(await told()).toEqual([first, second])
    const page = await api.request<Message[]>('GET', `${path}?limit=1`)
    expect(page.body).toEqual([first])
    expect(await told(`?limit=1&cursor=${page.headers.get('X-Next-Cursor')}`)).toEqual([second])
  })

  it('is sent once with a key, also after its session has ended', async () => {
    const first = await api.request<Message>('POST', path, { text: 'once', key: 'k' })
    expect(first.status).toBe(201)
    const again = await api.request<Message>('POST', path, { text: 'once', key: 'k', mode: 'steer' })
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(await api.request('POST', path, { text: 'twice', key: 'k' })).toMatchObject(
      refusal(422, 'IDEMPOTENCY_KEY_REUSED'),
    )
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    const late = await api.request<Message>('POST', path, { text: 'once', key: 'k' })
    expect([late.status, late.body]).toMatchObject([200, { id: first.body.id, state: 'expired' }])
    const other = await api.session(project.id)
    const elsewhere = await api.request('POST', `/api/sessions/${other.id}/messages`, { text: 'x', key: 'k' })
    expect(elsewhere.status).toBe(201)
  })

  it.each([
    ['no text', {}, 'text'],
    ['a blank text', { text: ' \n\t' }, 'text'],
    ['a text of one byte more than 64 KiB', { text: `${'é'.repeat(32_768)}x` }, 'text'],
    ['a mode that there is not', { text: 't', mode: 'interrupt' }, 'mode'],
    ['an empty key', { text: 't', key: '' }, 'key'],
    ['a key of 201 characters', { text: 't', key: 'x'.repeat(201) }, 'key'],
  ])('with %s is refused, and nothing is sent', async (_, body, field) => {
    expect(await api.request('POST', path, body)).toMatchObject(wrongField(field, expect.any(String)))
    expect(await told()).toEqual([])
  })

  it('has room for 64 KiB, and a key for 200 characters', async () => {
    const [text, key] = ['é'.repeat(32_768), 'x'.repeat(200)]
    expect(await tell(text, { key })).toMatchObject({ text, key })
  })

  it('to no session, or to one that has ended, is refused', async () => {
    expect(await api.request('POST', '/api/sessions/sess_none/messages', { text: 't' })).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    expect(await api.request('GET', '/api/sessions/sess_none/messages')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    expect(await api.request('POST', path, { text: 't' })).toMatchObject(refusal(409, 'SESSION_ENDED'))
    expect(await told()).toEqual([])
  })

  it('is told of in the rooms of its session and its project, and to nobody else', async () => {
    const exchange = async () => {
      const { id } = await tell('hello')
      await move(id, 'delivered')
    }
    for (const [room, names] of [
      [`session:${session.id}`, ['message:created', 'message:updated']],
      [`project:${project.id}`, ['message:created', 'message:updated']],
      ['inbox,queues,templates', []],
    ] as const) {
      const socket = await connect(target.url, { path: `/?rooms=${room},all` })
      onTestFinished(async () => void (await socket.close()))
      const heard = await heardDuring(socket, api, exchange)
      expect(heard.map(({ type }) => type)).toEqual(names)
    }
  })
})

describe('how far a message has come', () => {
  it('goes forward, with the time of its arrival, and a reason where there is one', async () => {
    const { id } = await tell('hello')
    expect(await move(id, 'sending')).toMatchObject({ state: 'sending' })
    const unknown = await move(id, 'unknown', { reason: 'the driver was started again' })
    expect(unknown).toMatchObject({ state: 'unknown', reason: 'the driver was started again' })
    const delivered = await move(id, 'delivered')
    expect(delivered).toMatchObject({ state: 'delivered', deliveredAt: expect.any(Number) })
    expect(delivered).not.toHaveProperty('reason')
    expect(await move(id, 'delivered', { reason: 'again' })).toEqual(delivered)
    expect(await told('?state=delivered')).toEqual([delivered])
    expect(await told('?state=queued')).toEqual([])
  })

  it.each([
    ['sending', ['queued', 'expired']],
    ['delivered', ['queued', 'sending', 'refused', 'expired', 'unknown']],
    ['refused', ['queued', 'sending', 'delivered', 'expired', 'unknown']],
    ['unknown', ['queued', 'sending', 'refused', 'expired']],
  ])('once %s does not become what it cannot be any more', async (state, others) => {
    const { id } = await tell('hello')
    expect(await api.request('PATCH', `/api/messages/${id}`, { state: 'expired' })).toMatchObject(
      refusal(409, 'INVALID_STATE'),
    )
    const moved = await move(id, state)
    for (const other of others)
      expect(await api.request('PATCH', `/api/messages/${id}`, { state: other })).toMatchObject(
        refusal(409, 'INVALID_STATE'),
      )
    expect(await told()).toEqual([moved])
  })

  it('is not told in other words, nor of no message', async () => {
    const { id } = await tell('hello')
    for (const body of [{}, { state: 'read' }, { state: null }])
      expect(await api.request('PATCH', `/api/messages/${id}`, body)).toMatchObject(
        wrongField('state', expect.any(String)),
      )
    expect(await api.request('GET', `${path}?state=read`)).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
    expect(await api.request('PATCH', '/api/messages/msg_none', { state: 'sending' })).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Message not found'),
    )
  })

  it.each(['stop', 'end', 'status'])('is settled when its session ends (%s)', async (how) => {
    const states = ['queued', 'sending', 'delivered', 'refused', 'unknown']
    for (const state of states) {
      const { id } = await tell(state)
      if (state !== 'queued') await move(id, state)
    }
    if (how === 'status') await api.ok('PATCH', `/api/sessions/${session.id}`, { status: 'completed' })
    else await api.ok('POST', `/api/sessions/${session.id}/${how}`, { cause: 'reported' })
    const after = ['expired', 'unknown', 'delivered', 'refused', 'unknown']
    const now = await told()
    expect(now.map(({ state }) => state)).toEqual(after)
    const [expired, unknown] = now
    expect(await move(unknown?.id ?? '', 'delivered')).toMatchObject({ state: 'delivered' })
    expect(await api.request('PATCH', `/api/messages/${expired?.id}`, { state: 'delivered' })).toMatchObject(
      refusal(409, 'INVALID_STATE'),
    )
  })

  it('is forgotten with the session that is deleted', async () => {
    const { id } = await tell('hello')
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    expect(await api.request('PATCH', `/api/messages/${id}`, { state: 'sending' })).toMatchObject(
      refusal(404, 'NOT_FOUND'),
    )
  })
})

describe('the newest clients', () => {
  const prompt = (body: object) =>
    api.ok<{ success: true; messageId: string }>('POST', `/api/sessions/${session.id}/prompt`, body)

  it.each([
    [undefined, 'queue'],
    ['send', 'queue'],
    ['paste', 'queue'],
    ['steer', 'steer'],
  ])('say the same as a prompt (%s)', async (mode, kept) => {
    const { success, messageId } = await prompt({ content: ' hello ', mode })
    expect(success).toBe(true)
    expect(await told()).toMatchObject([{ id: messageId, text: ' hello ', mode: kept, from: 'user' }])
  })

  it('say which session speaks, where there is one', async () => {
    const other = await api.session(project.id)
    await prompt({ content: 'one', senderSessionId: other.id })
    await prompt({ content: 'two', senderSessionId: 'sess_none' })
    expect((await told()).map(({ from }) => from)).toEqual([other.id, 'user'])
  })

  it('are refused as others are', async () => {
    const address = `/api/sessions/${session.id}/prompt`
    for (const body of [{}, { content: ' ' }, { content: 't', mode: 'shout' }])
      expect(await api.request('POST', address, body)).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    expect(await api.request('POST', address, { content: 't' })).toMatchObject(refusal(409, 'SESSION_ENDED'))
    expect(await api.request('POST', '/api/sessions/sess_none/prompt', { content: 't' })).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
  })
})

describe('an interruption', () => {
  it('is a message without words, with a receipt, and leaves the session as it is', async () => {
    expect(await api.ok('POST', `/api/sessions/${session.id}/interrupt`)).toEqual(session)
    const [message] = await told()
    expect(message).toMatchObject({ mode: 'interrupt', state: 'queued', from: 'user' })
    expect(message).not.toHaveProperty('text')
    expect(await move(message?.id ?? '', 'delivered')).toMatchObject({ state: 'delivered' })
  })

  it('of no session, or of one that has ended, is refused', async () => {
    expect(await api.request('POST', '/api/sessions/sess_none/interrupt')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
    await api.ok('POST', `/api/sessions/${session.id}/stop`)
    expect(await api.request('POST', `/api/sessions/${session.id}/interrupt`)).toMatchObject(
      refusal(409, 'SESSION_ENDED'),
    )
  })
})

it('the words that refuse an approval reach the agent', async () => {
  const options = [
    { id: 'yes', label: 'Yes', effect: 'allow_once' },
    { id: 'no', label: 'No', effect: 'reject_once' },
  ]
  const ask = (kind: string) =>
    api.ok<{ id: string }>('POST', `/api/sessions/${session.id}/requests`, {
      kind,
      title: 'May it?',
      options,
    })
  for (const [kind, body] of [
    ['approval', { text: 'Use pnpm' }],
    ['approval', { optionId: 'yes', text: 'But only here' }],
    ['approval', { optionId: 'yes' }],
    ['question', { text: 'Green' }],
  ] as const)
    await api.ok('POST', `/api/requests/${(await ask(kind)).id}/answer`, body)
  expect(await told()).toMatchObject([
    { text: 'Use pnpm', mode: 'steer', from: 'user' },
    { text: 'But only here', mode: 'steer', from: 'user' },
  ])
})
