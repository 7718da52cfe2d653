// A person looks for what waits for an answer, and does not find it, or is not told of it.
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client, type Project, refusal, type Session, type Task } from './http'
import { options, type Request, requestsOf } from './requests'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const { begin, ask, answer, withdraw, inbox } = requestsOf(api)
let project: Project
let task: Task
let session: Session
beforeEach(async () => {
  ;({ project, task, session } = await begin())
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
