import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client, type Project, type Session, type Task } from './http'
import { connect, type Message, type Socket } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

/** A connection to these rooms (the query as it is written), or to those that a client gets that asks for none. */
const open = async (rooms?: string): Promise<Socket> => {
  const socket = await connect(target.url, rooms === undefined ? {} : { path: `/?rooms=${rooms}` })
  onTestFinished(async () => void (await socket.close()))
  return socket
}

/** Everything that a connection was sent, once it has answered: what it has to get has come by then. */
const heard = async (socket: Socket): Promise<Message[]> => {
  const pongs = socket.messages.filter(({ type }) => type === 'pong').length
  socket.send({ type: 'ping' })
  await socket.waitFor(() => socket.messages.filter(({ type }) => type === 'pong').length > pongs)
  return socket.messages.filter(({ type }) => type !== 'pong')
}
const namesHeard = async (socket: Socket) => (await heard(socket)).map(({ type }) => type)

/** The rooms that a connection is in after it said something. */
const roomsAfter = async (socket: Socket, message: object | string): Promise<unknown> => {
  const before = (await heard(socket)).length
  socket.send(message)
  return (await heard(socket)).slice(before)
}

let project: Project
let task: Task
let session: Session
beforeEach(async () => {
  project = await api.project()
  task = await api.task(project.id)
  session = await api.session(project.id, [task.id], { strategy: 'queue' })
})

const rename = (name: string) => api.ok<Project>('PUT', `/api/projects/${project.id}`, { name })
const startItem = () => api.ok('POST', `/api/sessions/${session.id}/queue/start`)
const changeTemplate = async () => {
  const { id } = await api.ok<{ id: string }>('POST', '/api/templates', {
    name: 't',
    role: 'worker',
    content: 'c',
  })
  await api.ok('DELETE', `/api/templates/${id}`)
}

describe('each room is sent what it is for', () => {
  it('and nothing of another project, session or task', async () => {
    const other = await api.project()
    const otherTask = await api.task(other.id)
    const rooms = {
      all: await open('all'),
      queues: await open('queues'),
      templates: await open('templates'),
      project: await open(`project:${project.id}`),
      session: await open(`session:${session.id}`),
      task: await open(`task:${task.id}`),
      elsewhere: await open(`project:${other.id}`),
      nowhere: await open('project:proj_none,session:sess_none,task:task_none'),
    }

    await rename('new')
    await startItem()
    await changeTemplate()
    await api.ok('DELETE', `/api/sessions/${session.id}/tasks/${task.id}`)
    await api.ok('PATCH', `/api/tasks/${otherTask.id}`, { title: 'new' })
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    await api.ok('DELETE', `/api/tasks/${task.id}`)
    await api.ok('DELETE', `/api/projects/${project.id}`)

    const started = ['queue:item_started', 'queue:updated', 'task:updated', 'session:updated']
    const removed = ['session:task_removed', 'task:session_removed']
    const dropped = ['queue:item_failed', 'queue:updated']
    expect(await namesHeard(rooms.queues)).toEqual([...started.slice(0, 2), ...dropped])
    expect(await namesHeard(rooms.templates)).toEqual(['template:created', 'template:deleted'])
    expect(await namesHeard(rooms.elsewhere)).toEqual(['task:updated'])
    expect(await namesHeard(rooms.nowhere)).toEqual([])

    const ofProject = (await namesHeard(rooms.project)).filter((name) => name !== 'task:updated')
    expect(ofProject).toEqual([
      'project:updated',
      ...started.filter((name) => name !== 'task:updated'),
      ...removed,
      ...dropped,
      'session:deleted',
      'task:deleted',
      'project:deleted',
    ])
    const ofSession = await namesHeard(rooms.session)
    expect(ofSession).toEqual([
      ...started.filter((name) => name !== 'task:updated'),
      ...removed,
      ...dropped,
      'session:deleted',
    ])
    const ofTask = (await namesHeard(rooms.task)).filter((name) => name !== 'task:updated')
    expect(ofTask).toEqual(['queue:item_started', ...removed, 'queue:item_failed', 'task:deleted'])
    const all = (await namesHeard(rooms.all)).filter((name) => name !== 'task:updated')
    expect(all).toEqual([
      'project:updated',
      'session:updated',
      ...removed,
      'session:deleted',
      'task:deleted',
      'project:deleted',
    ])
  })

  it('a spawn: its project and its session, and the task by its pair', async () => {
    const sessions = await open(`project:${project.id}`)
    const ofTask = await open(`task:${task.id}`)
    await api.ok('POST', '/api/sessions/spawn', { projectId: project.id, taskIds: [task.id] })
    const pair = ['session:task_added', 'task:session_added']
    expect(await namesHeard(sessions)).toEqual(['session:spawn', ...pair])
    expect(await namesHeard(ofTask)).toEqual(pair)
  })

  it('a pair across two projects is told in both', async () => {
    const other = await api.project()
    const abroad = await api.task(other.id)
    const [here, there] = [await open(`project:${project.id}`), await open(`project:${other.id}`)]
    await api.ok('POST', `/api/sessions/${session.id}/tasks/${abroad.id}`)
    expect(await namesHeard(here)).toContain('session:task_added')
    expect(await namesHeard(there)).toContain('session:task_added')
  })
})

describe('a client in several rooms of an event', () => {
  it('hears of it once', async () => {
    const rooms = ['all', 'queues', `project:${project.id}`, `session:${session.id}`, `task:${task.id}`]
    const socket = await open(rooms.join())
    await startItem()
    expect(await namesHeard(socket)).toEqual([
      'queue:item_started',
      'queue:updated',
      'task:updated',
      'session:updated',
    ])
  })
})

describe('?rooms=', () => {
  it.each([
    ['', 'left empty'],
    [',', 'with a comma alone'],
  ])('%j, %s, asks for nothing: all', async (rooms) => {
    const socket = await open(rooms)
    await rename('new')
    expect(await namesHeard(socket)).toEqual(['project:updated'])
  })

  it('is understood percent-encoded, and when it comes twice', async () => {
    const [encoded, twice] = [
      await open(encodeURIComponent(`project:${project.id},templates`)),
      await open(`project:${project.id}&rooms=templates`),
    ]
    await rename('new')
    await changeTemplate()
    for (const socket of [encoded, twice])
      expect(await namesHeard(socket)).toEqual(['project:updated', 'template:created', 'template:deleted'])
  })

  it('with a wrong name is answered by an error, and the connection is in the rooms that were right', async () => {
    const socket = await open('kitchen,templates')
    expect(await socket.next()).toEqual({ type: 'error', message: expect.stringContaining('kitchen') })
    await rename('new')
    await changeTemplate()
    expect((await namesHeard(socket)).slice(1)).toEqual(['template:created', 'template:deleted'])
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: [] })).toEqual([
      { type: 'rooms', rooms: ['templates'] },
    ])
  })

  it('with nothing but wrong names is in no room, and can still join one', async () => {
    const socket = await open('kitchen')
    await rename('one')
    expect(await namesHeard(socket)).toEqual(['error'])
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: ['all'] })).toEqual([
      { type: 'rooms', rooms: ['all'] },
    ])
    await rename('two')
    expect(await namesHeard(socket)).toEqual(['error', 'rooms', 'project:updated'])
  })
})

describe('subscribe and unsubscribe', () => {
  it('change what is heard from then on, and are answered by the rooms of now', async () => {
    const socket = await open()
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: ['templates', 'queues'] })).toEqual([
      { type: 'rooms', rooms: ['all', 'templates', 'queues'] },
    ])
    await changeTemplate()
    expect(await roomsAfter(socket, { type: 'unsubscribe', rooms: ['all', 'templates'] })).toEqual([
      { type: 'rooms', rooms: ['queues'] },
    ])
    await rename('new')
    await changeTemplate()
    await startItem()
    expect(await namesHeard(socket)).toEqual([
      ...['rooms', 'template:created', 'template:deleted', 'rooms'],
      ...['queue:item_started', 'queue:updated'],
    ])
  })

  it('are for the connection that says it, and no other', async () => {
    const [one, two] = [await open(), await open()]
    await roomsAfter(one, { type: 'unsubscribe', rooms: ['all'] })
    await rename('new')
    expect(await namesHeard(one)).toEqual(['rooms'])
    expect(await namesHeard(two)).toEqual(['project:updated'])
  })

  it('may name a room twice, or one that the connection is in, or is not', async () => {
    const socket = await open()
    await roomsAfter(socket, { type: 'subscribe', rooms: ['all', 'queues', 'queues'] })
    expect(await roomsAfter(socket, { type: 'unsubscribe', rooms: ['templates', 'queues'] })).toEqual([
      { type: 'rooms', rooms: ['all'] },
    ])
    await rename('new')
    expect(await namesHeard(socket)).toEqual(['rooms', 'rooms', 'project:updated'])
  })

  it.each(['subscribe', 'unsubscribe'])('%s with a wrong name does what is right of it', async (type) => {
    const socket = await open('all,templates')
    const answers = await roomsAfter(socket, { type, rooms: ['templates', 'kitchen', 'Project:x'] })
    expect(answers).toEqual([
      { type: 'error', message: expect.stringMatching(/kitchen.*Project:x/) },
      { type: 'rooms', rooms: type === 'subscribe' ? ['all', 'templates'] : ['all'] },
    ])
  })

  it.each([
    ['a room without an id', '["project:"]'],
    [
      'an id that no entity can have',
      JSON.stringify(['task:a b', 'task:../x', `session:${'x'.repeat(129)}`]),
    ],
    ['an empty name', '[""]'],
    ['numbers, null and objects', '[1, null, {"toString": 1}, {}]'],
    ['deep nesting', `[${'['.repeat(20_000)}${']'.repeat(20_000)}]`],
    ['a name from a prototype', '["constructor", "__proto__"]'],
    ['no list', '"queues"'],
    ['null', 'null'],
  ])('with %s is answered by an error, and the connection stays as it was', async (_, rooms) => {
    const socket = await open()
    expect(await roomsAfter(socket, `{"type":"subscribe","rooms":${rooms}}`)).toEqual([
      { type: 'error', message: expect.any(String) },
      { type: 'rooms', rooms: ['all'] },
    ])
    await rename('new')
    expect((await namesHeard(socket)).at(-1)).toBe('project:updated')
  })
})

describe('a connection to as many rooms as there may be', () => {
  const rooms = Array.from({ length: 999 }, (_, n) => `task:${n}`)
  const tooMany = { type: 'error', message: expect.stringContaining('at most 1000 rooms') }

  it('is told that it gets into no other, and stays in its own', async () => {
    const socket = await open()
    await roomsAfter(socket, { type: 'subscribe', rooms })
    const full = { type: 'rooms', rooms: ['all', ...rooms] }
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: ['queues', 'task:0'] })).toEqual([
      tooMany,
      full,
    ])
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: [] })).toEqual([full])
    await rename('new')
    expect((await namesHeard(socket)).at(-1)).toBe('project:updated')
    expect(await roomsAfter(socket, { type: 'unsubscribe', rooms: ['task:7'] })).toHaveLength(1)
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: ['queues'] })).toEqual([
      { type: 'rooms', rooms: ['all', ...rooms.filter((room) => room !== 'task:7'), 'queues'] },
    ])
  })

  it('gets the first thousand of those in its address', async () => {
    const socket = await open(`all,${rooms},session:1,session:2`)
    expect(await heard(socket)).toEqual([tooMany])
    expect(await roomsAfter(socket, { type: 'subscribe', rooms: [] })).toEqual([
      { type: 'rooms', rooms: ['all', ...rooms, 'session:1'].slice(0, 1000) },
    ])
  })

  it('has an event stream beside it that is refused where it asks for more', async () => {
    const refused = await api.request<{ code: string; message: string }>(
      'GET',
      `/api/events?rooms=all,${rooms},queues`,
    )
    expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(refused.body.message).toContain('at most 1000 rooms')
  })
})
