import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { connect } from './socket'
import { type ListenOptions, lastEventId, listen, type Stream, since, toldBy } from './stream'
import { startTarget } from './target'

const target = await startTarget()
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

describe('a client that comes back', () => {
  it('is told everything that it missed, then what happens', async () => {
    const first = await open()
    await retitle('heard')
    const { id } = await first.next()
    await first.close()

    const session = await api.session(project.id, [task.id])
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    const second = await open(since(id))
    expect(await toldBy(second, api)).toEqual([
      ['session:created', session],
      ['session:task_added', { sessionId: session.id, taskId: task.id }],
      ['task:session_added', { taskId: task.id, sessionId: session.id }],
      ['session:task_removed', { sessionId: session.id, taskId: task.id }],
      ['task:session_removed', { taskId: task.id, sessionId: session.id }],
      ['session:deleted', { id: session.id }],
    ])
    const numbers = second.events.map((event) => Number(event.id))
    expect(numbers).toEqual(numbers.map((_, n) => Number(id) + 1 + n))
  })

  it('is told when each change was made, and not when it asked', async () => {
    const live = await open()
    const id = await lastEventId(api)
    const session = await api.session(project.id, [task.id])
    await retitle('told twice')
    await toldBy(live, api)
    const replayed = await open(since(id))
    await replayed.waitFor(({ event }) => event === 'task:updated')
    const times = ({ events }: Stream) =>
      events.slice(0, 4).map(({ event, message: { timestamp } }) => [event, timestamp])
    expect(times(replayed)).toEqual(times(live))
    expect(times(live)[0]).toEqual(['session:created', session.startedAt])
  })

  it('may say where it was in the address; what a browser says by itself counts more', async () => {
    const start = await lastEventId(api)
    const one = await retitle('one')
    const middle = await lastEventId(api)
    const session = await api.session(project.id)
    const byAddress = await open({ query: `since=${start}` })
    expect(await toldBy(byAddress, api)).toEqual([
      ['task:updated', one],
      ['session:created', session],
    ])
    const byBoth = await open({ query: `since=${start}`, ...since(middle) })
    expect((await byBoth.next()).event).toBe('session:created')
  })

  it('and missed nothing is told nothing', async () => {
    expect(await toldBy(await open(since(await lastEventId(api))), api)).toEqual([])
  })

  it('is told only the last of several updates of one entity, with its state of now', async () => {
    const start = await lastEventId(api)
    const other = await api.task(project.id)
    await retitle('one')
    await retitle('two')
    const session = await api.session(project.id)
    await api.ok('PATCH', `/api/sessions/${session.id}`, { name: 'named' })
    await api.ok('PATCH', `/api/tasks/${other.id}`, { title: 'other' })
    const last = await retitle('three')
    const number = await lastEventId(api)
    const later = await api.ok('POST', `/api/sessions/${session.id}/timeline`, { message: 'm' })

    const stream = await open(since(start))
    expect(await toldBy(stream, api)).toEqual([
      ['task:created', other],
      ['session:created', session],
      ['task:updated', { ...other, title: 'other', updatedAt: expect.any(Number) }],
      ['task:updated', last],
      ['session:updated', later],
    ])
    expect(stream.events[3]?.id).toBe(number)
  })

  it('is told of no update of what is gone, but of its end', async () => {
    const start = await lastEventId(api)
    await retitle('new')
    await api.ok('DELETE', `/api/tasks/${task.id}`)
    expect(await toldBy(await open(since(start)), api)).toEqual([['task:deleted', { id: task.id }]])
  })

  it('is told of a creation as it was, and of what came of it', async () => {
    const start = await lastEventId(api)
    const born = await api.task(project.id, { title: 'born' })
    const grown = await api.ok('PATCH', `/api/tasks/${born.id}`, { title: 'grown' })
    expect(await toldBy(await open(since(start)), api)).toEqual([
      ['task:created', born],
      ['task:updated', grown],
    ])
  })

  it('is told of a spawn as it was: a terminal has to be opened for it', async () => {
    const socket = await connect(target.url)
    const start = await lastEventId(api)
    const body = { projectId: project.id, taskIds: [task.id] }
    const { sessionId } = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', body)
    const { data } = await socket.waitFor(({ type }) => type === 'session:spawn')
    await api.ok<Session>('PATCH', `/api/sessions/${sessionId}`, { status: 'working' })
    const [spawn] = await toldBy(await open(since(start)), api)
    expect(spawn).toEqual(['session:spawn', data])
    await socket.close()
  })

  it('is told only what is of its rooms', async () => {
    const start = await lastEventId(api)
    const worker = { name: 't', role: 'worker', content: 'c' }
    const template = await api.ok<{ id: string }>('POST', '/api/templates', worker)
    await retitle('new')
    const session = await api.session(project.id, [task.id], { strategy: 'queue' })
    await api.ok('DELETE', `/api/sessions/${session.id}/tasks/${task.id}`)
    const [queues, ofProject] = [
      await open({ query: `rooms=queues,templates&since=${start}` }),
      await open({ query: `rooms=project:${project.id}&since=${start}` }),
    ]
    await ofProject.waitFor(({ event }) => event === 'queue:updated')
    expect(ofProject.events.map(({ event }) => event)).toContain('session:created')
    expect(ofProject.events.map(({ event }) => event)).not.toContain('template:created')
    await queues.waitFor(({ event }) => event === 'queue:updated')
    expect(queues.events.map(({ event }) => event)).toEqual([
      'template:created',
      'queue:created',
      'queue:item_skipped',
      'queue:updated',
    ])
    expect(queues.events[0]?.message.data).toEqual(template)
  })
})

describe('reset', () => {
  it.each([
    ['is still to come', '999999999'],
    ['is none', 'abc'],
    ['is negative', '-1'],
    ['is a fraction', '1.5'],
    ['is larger than any', '9'.repeat(400)],
  ])('is the first that a client hears whose number %s; then it goes on', async (_, number) => {
    const stream = await open(since(number))
    const first = await stream.next()
    const last = Number(await lastEventId(api))
    expect(first).toEqual({
      id: String(last),
      event: 'reset',
      message: {
        type: 'reset',
        event: 'reset',
        data: { lastEventId: last },
        timestamp: expect.any(Number),
      },
    })
    const now = await retitle('now')
    expect(await stream.next()).toMatchObject({ id: String(last + 1), message: { data: now } })
  })

  it('is heard in any room', async () => {
    const stream = await open({ query: 'rooms=templates&since=999999999' })
    expect((await stream.next()).event).toBe('reset')
  })
})

describe('catching up while others write', () => {
  it('leaves no gap and no duplicate, and nothing is out of order', async () => {
    const start = await lastEventId(api)
    const tasks: Task[] = []
    const streams: Stream[] = []
    for (let round = 0; round < 10; round++) {
      const writing = Array.from({ length: 30 }, async () => void tasks.push(await api.task(project.id)))
      streams.push(await open(since(start)))
      await Promise.all(writing)
    }
    const stayed = await open(since(start))
    const all = (await toldBy(stayed, api)).map(([event]) => event)
    expect(all).toEqual(tasks.map(() => 'task:created'))
    for (const stream of streams) {
      await stream.waitFor(({ id }) => id === stayed.events.at(-1)?.id)
      expect(stream.events.map(({ id, message: { data } }) => [id, data])).toEqual(
        stayed.events.map(({ id, message: { data } }) => [id, data]),
      )
    }
  })

  it('never shows an older state after a newer one', async () => {
    const socket = await connect(target.url)
    const start = await lastEventId(api)
    const streams: Stream[] = []
    for (let round = 0; round < 20; round++) {
      const writing = Array.from({ length: 10 }, (_, n) => retitle(`${round} ${n}`))
      streams.push(await open(since(start)))
      await Promise.all(writing)
    }
    const end = JSON.stringify(await retitle('end'))
    await socket.waitFor(({ data }) => JSON.stringify(data) === end)
    const states = socket.messages.map(({ data }) => JSON.stringify(data))
    for (const stream of streams) {
      await stream.waitFor(({ message }) => JSON.stringify(message.data) === end)
      const places = stream.events.map(({ message }) => states.indexOf(JSON.stringify(message.data)))
      expect(places).not.toContain(-1)
      expect(places).toEqual(places.toSorted((a, b) => a - b))
    }
    await socket.close()
  })
})
