// A person answers twice, answers what was not asked, or is answered for by somebody else.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, refusal } from './http'
import { options, type Request, requestsOf } from './requests'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, ask, answer, withdraw } = requestsOf(api)
beforeEach(begin)

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
