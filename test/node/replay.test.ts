// What a client can catch up with that was away while the server was restarted, or killed, or busy for long.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Api, client, type Project, type Session, type Task } from '../contract/http'
import { type Server, startServer } from '../contract/server'
import { lastEventId, listen, type Stream, since, toldBy } from '../contract/stream'

const open = async (server: Server, number: string, rooms = 'all', checked = true): Promise<Stream> => {
  const stream = await listen(server.url, { query: `rooms=${rooms}`, checked, ...since(number) })
  onTestFinished(() => stream.close())
  return stream
}

describe.each(['a restart', 'kill -9'])('over %s', (how) => {
  let server: Server
  let api: Api
  /** Since when a client has missed something, and since when nothing. */
  let before: string
  let last: string
  let project: Project
  let task: Task
  let session: Session

  beforeAll(async () => {
    server = await startServer()
    api = client(server.url)
    project = await api.project()
    const stream = await listen(server.url, { query: 'rooms=all,queues', ...since('0') })
    await stream.waitFor(({ event }) => event === 'project:created')
    before = stream.lastEventId()
    task = await api.task(project.id)
    session = await api.session(project.id, [task.id], { strategy: 'queue' })
    last = await lastEventId(api)
    if (how === 'kill -9') await server.kill9()
    server = await server.restart()
    api = client(server.url)
    await stream.ended
  })
  afterAll(async () => void (await server.stop()))

  it('a client that missed nothing is told nothing, and numbers go on', async () => {
    const stream = await open(server, last)
    expect(await toldBy(stream, api)).toEqual([])
    expect(Number(stream.lastEventId())).toBe(Number(last) + 1)
  })

  it('a client is told what it missed before and after, with the numbers it knows', async () => {
    await api.ok('DELETE', `/api/sessions/${session.id}/tasks/${task.id}`)
    const renamed = await api.ok<Project>('PUT', `/api/projects/${project.id}`, { name: 'new' })

    const next = await open(server, before, 'all,queues')
    const told = await toldBy(next, api)
    const isUpdate = ([name]: [string, unknown]) => name.endsWith(':updated')
    // But for the marks of these tests.
    const ofThese = told.filter(([name]) => name !== 'project:created')
    expect(ofThese.filter((event) => !isUpdate(event)).map(([name]) => name)).toEqual([
      ...['task:created', 'session:created', 'session:task_added', 'task:session_added', 'queue:created'],
      ...['session:task_removed', 'task:session_removed', 'queue:item_skipped'],
    ])
    expect(ofThese.slice(0, 2)).toEqual([
      ['task:created', task],
      ['session:created', session],
    ])
    expect(told.filter(isUpdate)).toEqual(
      expect.arrayContaining([
        ['task:updated', await api.get<Task>(`/api/tasks/${task.id}`)],
        ['project:updated', renamed],
      ]),
    )
    const numbers = next.events.map(({ id }) => Number(id))
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(numbers[0]).toBe(Number(before) + 1)
  })

  it('a number of another store is answered by reset', async () => {
    const stream = await open(server, '1000')
    const lastId = Number(await lastEventId(api))
    expect(await stream.next()).toMatchObject({ event: 'reset', message: { data: { lastEventId: lastId } } })
  })
})

describe('of very many events', () => {
  let server: Server
  let api: Api
  beforeAll(async () => {
    server = await startServer()
    api = client(server.url)
  })
  afterAll(async () => void (await server.stop()))

  it('others are served while one catches up', async () => {
    const project = await api.project()
    const tasks = await Promise.all(Array.from({ length: 300 }, () => api.task(project.id)))
    for (let n = 0; n < 3; n++)
      await api.session(
        project.id,
        tasks.map(({ id }) => id),
      )
    const streams = await Promise.all(Array.from({ length: 5 }, (_, n) => open(server, '0', 'all', n === 0)))
    const task = await api.ok<Task>('PATCH', `/api/tasks/${tasks[0]?.id}`, { title: 'meanwhile' })
    for (const stream of streams)
      await stream.waitFor(({ message }) => JSON.stringify(message.data) === JSON.stringify(task))
    const [first] = streams
    for (const { events } of streams)
      expect(events.map(({ id }) => id)).toEqual(first?.events.map(({ id }) => id))
  })

  it('the last 10,000 are known, also after kill -9; of what is older a client is told that it is not', async () => {
    const project = await api.project()
    const tasks = await Promise.all(Array.from({ length: 500 }, () => api.task(project.id)))
    const taskIds = tasks.map(({ id }) => id)
    // In a room where one event alone is told, if that is still known.
    const quiet = await api.project()
    const isTooOld = async (number: string) => {
      const stream = await listen(server.url, { query: `rooms=project:${quiet.id}`, ...since(number) })
      const { event } = await stream.next()
      await stream.close()
      return event === 'reset'
    }
    // Each tells 1,001 events: with 10, all that is promised is newer than the first.
    const sessions: Session[] = []
    while (sessions.length < 10 || (sessions.length < 120 && !(await isTooOld('0'))))
      for (let n = 0; n < 2; n++) sessions.push(await api.session(project.id, taskIds))
    expect(await isTooOld('0')).toBe(true)

    const last = Number(await lastEventId(api))
    for (const life of ['this', 'the next']) {
      const checked = life === 'this'
      const stream = await listen(server.url, { checked, ...since(String(last - 10_000)) })
      await stream.waitFor(({ id }) => id === String(last))
      await stream.close()
      const numbers = stream.events.map(({ id }) => Number(id))
      expect([life, numbers.length]).toEqual([life, 10_000])
      expect(numbers).toEqual(numbers.map((_, n) => last - 9999 + n))
      const created = stream.events.filter(({ event }) => event === 'session:created')
      expect(created.map(({ message }) => message.data)).toEqual(sessions.slice(-created.length))
      expect(created.length).toBeGreaterThanOrEqual(4)
      if (life === 'the next') break
      await server.kill9()
      server = await server.restart()
      api = client(server.url)
    }
    expect(await isTooOld('1')).toBe(true)
  })
})
