import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { client } from './http'
import { type ConnectOptions, connect, heardDuring, upgradeStatus } from './socket'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const open = async (options?: ConnectOptions) => {
  const socket = await connect(target.url, options)
  onTestFinished(async () => void (await socket.close()))
  return socket
}
const pong = { type: 'pong', timestamp: expect.any(Number) }

describe('the upgrade', () => {
  it.each(['/', '/ws', '/?x=1', '/ws?x=1'])('is taken on %s', async (path) => {
    expect(await upgradeStatus(target.url, { path })).toBe(101)
    const socket = await open({ path })
    const project = await api.project()
    expect(await socket.next()).toMatchObject({ type: 'project:created', data: project })
  })

  it.each([
    '/pty',
    '/ws/',
    '/ws/x',
    '/WS',
    '/api',
    '/api/projects',
    '/health',
    '//',
    '//ws',
    '//x/ws',
    '/x/%',
  ])('is refused with 404 on %s', async (path) => {
    expect(await upgradeStatus(target.url, { path })).toBe(404)
  })

  it('is sent nothing that happened before it', async () => {
    await api.project()
    const socket = await open()
    socket.send({ type: 'ping' })
    expect(await socket.next()).toEqual(pong)
  })
})

describe('ping', () => {
  it('is answered by pong with the time', async () => {
    const socket = await open()
    const before = Date.now()
    socket.send({ type: 'ping' })
    const answer = await socket.next()
    expect(answer).toEqual(pong)
    expect(answer.timestamp).toBeGreaterThanOrEqual(before)
    expect(answer.timestamp).toBeLessThanOrEqual(Date.now())
  })

  it('is answered to the one who asked, and to nobody else', async () => {
    const [asking, other] = [await open(), await open()]
    for (let times = 0; times < 3; times++) asking.send({ type: 'ping' })
    for (let times = 0; times < 3; times++) expect(await asking.next()).toEqual(pong)
    const project = await api.project()
    expect(await other.next()).toMatchObject({ type: 'project:created', data: project })
  })

  it('is one whatever else the message holds, and however it is spaced', async () => {
    const socket = await open()
    socket.send(' {\n "colour" : "red", "type" : "ping" } ')
    expect(await socket.next()).toEqual(pong)
  })
})

describe('anything else that a client sends', () => {
  let task = { id: '', title: '' }
  beforeEach(async () => {
    task = await api.task((await api.project()).id)
  })

  it.each([
    ['heartbeat', { type: 'heartbeat' }],
    ['keepalive', { type: 'keepalive' }],
    ['an unknown type', { type: 'hello', data: {} }],
    ['a type that is no string', { type: { toString: 1 } }],
    ['no type', {}],
    ['a type from a prototype', { type: 'constructor' }],
    ['no JSON', 'ping'],
    ['half a document', '{"type":"ping"'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '5'],
    ['a list', '[{"type":"ping"}]'],
    ['deep nesting', '['.repeat(30_000)],
    ['bytes', Buffer.from([0, 255, 254, 1])],
    ['no bytes', Buffer.alloc(0)],
  ])('is ignored, and the connection stays: %s', async (_, message) => {
    const socket = await open()
    socket.send(message)
    socket.send({ type: 'ping' })
    expect(await socket.next()).toEqual(pong)
    expect(socket.messages).toHaveLength(1)
  })

  it('never changes anything', async () => {
    const [socket, listener] = [await open(), await open()]
    const claim = { ...task, title: 'forged' }
    const events = await heardDuring(listener, api, async () => {
      socket.send({ type: 'task:updated', event: 'task:updated', data: claim, timestamp: Date.now() })
      socket.send({ type: 'task:deleted', event: 'task:deleted', data: { id: task.id } })
      socket.send({ type: 'ping' })
      await socket.next()
    })
    expect(events).toEqual([])
    expect(await api.get(`/api/tasks/${task.id}`)).toEqual(task)
  })

  it('of 64 KiB is read; a larger one ends the connection and nothing else', async () => {
    const sized = (bytes: number) => {
      const shell = JSON.stringify({ type: 'ping', padding: '' }).length
      return JSON.stringify({ type: 'ping', padding: 'p'.repeat(bytes - shell) })
    }
    const [socket, other] = [await open(), await open()]
    socket.send(sized(65_536))
    expect(await socket.next()).toEqual(pong)

    socket.send(sized(65_537))
    expect(await socket.closed).toBe(1009)
    expect(socket.messages).toHaveLength(1)
    other.send({ type: 'ping' })
    expect(await other.next()).toEqual(pong)
  })
})

describe('fifty clients', () => {
  it('each get every change once', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => open()))
    const made = [await api.project(), await api.project(), await api.project()]
    for (const socket of sockets) {
      for (const project of made) expect(await socket.next()).toMatchObject({ data: project })
      expect(socket.messages).toHaveLength(3)
    }
  })

  it('are not disturbed by those that go', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open()))
    const staying = await open()
    await Promise.all(sockets.map((socket) => socket.close()))
    const project = await api.project()
    expect(await staying.next()).toMatchObject({ data: project })
  })
})
