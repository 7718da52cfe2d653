import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client, type Problem, type Project, type Task, wrongField } from './http'
import { connect } from './socket'
import { type ListenOptions, lastEventId, listen, type Stream, since, toldBy } from './stream'
import { sharedTarget, startTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const open = async (options?: ListenOptions): Promise<Stream> => {
  const stream = await listen(target.url, options)
  onTestFinished(() => stream.close())
  return stream
}

let project: Project
let task: Task
beforeEach(async () => {
  project = await api.project()
  task = await api.task(project.id)
})
const retitle = (title: string) => api.ok<Task>('PATCH', `/api/tasks/${task.id}`, { title })

describe('the stream', () => {
  it('is one of server-sent events that nothing between keeps back', async () => {
    const { headers } = await open()
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(headers.get('cache-control')).toContain('no-cache')
    expect(headers.get('x-request-id')).toBeTruthy()
  })

  it('tells what happens in the envelopes of the WebSocket, with the name and a growing number', async () => {
    const [stream, socket] = [await open(), await connect(target.url)]
    const before = Number(await lastEventId(api))
    const session = await api.session(project.id, [task.id])
    await retitle('new')
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    for (let n = 1; n <= 7; n++) {
      const { id, event, message } = await stream.next()
      expect(message).toEqual({ ...(await socket.next()), timestamp: expect.any(Number) })
      expect(event).toBe(message.type)
      expect(id).toBe(String(before + n))
    }
    await socket.close()
  })

  it('begins with now, where no number is given', async () => {
    await retitle('before')
    const stream = await open()
    const now = await retitle('now')
    expect(await stream.next()).toMatchObject({ event: 'task:updated', message: { data: now } })
  })

  it('begins with a comment, and says where it is to those who get nothing for a long time', async () => {
    const stream = await open({ query: 'rooms=templates' })
    const number = await lastEventId(api)
    await expect.poll(() => stream.comments()).toBeGreaterThan(0)
    expect(stream.lastEventId()).toBe(number)
    expect(stream.events).toEqual([])
  })

  it('tells only the core events, unless rooms are asked for', async () => {
    const [plain, queues, one] = [
      await open(),
      await open({ query: 'rooms=queues,all' }),
      await open({ query: `rooms=task:${task.id}&rooms=all` }),
    ]
    await api.session(project.id, [task.id], { strategy: 'queue' })
    const names = async (stream: Stream) => (await toldBy(stream, api)).map(([event]) => event)
    const core = ['session:created', 'session:task_added', 'task:session_added', 'task:updated']
    expect(await names(plain)).toEqual(core)
    expect(await names(queues)).toEqual([
      ...core.slice(0, 3),
      'queue:created',
      'task:updated',
      'project:created',
    ])
    expect((await names(one)).slice(0, 4)).toEqual(core)
  })

  it('is refused with 400 for a wrong room, which it names', async () => {
    const answer = await api.request<Problem>('GET', '/api/events?rooms=all,kitchen,task:')
    expect(answer).toMatchObject(wrongField('rooms', expect.stringMatching(/kitchen.*task:/)))
  })

  it('answers HEAD without a stream', async () => {
    const response = await fetch(`${target.url}/api/events`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await response.text()).toBe('')
  })

  it('lets go of who has gone', async () => {
    const clients = async () => (await api.get<{ clients: number }>('/health?verbose=1')).clients
    const before = await clients()
    const streams = await Promise.all([open(), open(since('0')), open({ query: 'rooms=queues' })])
    expect(await clients()).toBe(before + 3)
    for (const stream of streams) await stream.close()
    await expect.poll(clients).toBe(before)
  })
})

describe('with a token', () => {
  it('a page, which cannot send a header, may send it in the address of the stream, and nowhere else', async () => {
    const locked = await startTarget({ MAESTRO_API_TOKEN: 'c0rrect-h0rse' })
    onTestFinished(async () => void (await locked.stop()))
    const stream = await listen(locked.url, { query: 'token=c0rrect-h0rse' })
    await stream.close()
    for (const path of ['/api/events', '/api/events?token=wrong', '/api/projects?token=c0rrect-h0rse'])
      expect((await fetch(locked.url + path)).status).toBe(401)
  })
})
