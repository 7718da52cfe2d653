// A session is gone, and a person is still asked for it, or its task waits for ever.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project, refusal, type Session, type Task } from './http'
import { options, requestsOf, type Waiting } from './requests'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, ask, answer, taskNow, inbox } = requestsOf(api)
let project: Project
let task: Task
let session: Session
beforeEach(async () => {
  ;({ project, task, session } = await begin())
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
