import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect as dial, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { client, type Project } from '../contract/http'
import { type Server, startServer } from '../contract/server'
import { connect } from '../contract/socket'

const start = async () => {
  const server = await startServer()
  onTestFinished(async () => void (await server.stop()))
  return server
}

/** A request of which the server has the beginning: its body is one byte short. */
const halfRequest = async (server: Server): Promise<{ socket: Socket; answer: Promise<string> }> => {
  const socket = dial(server.port, '127.0.0.1')
  const answer = new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (part) => (text += part))
    socket.on('error', () => undefined)
    socket.once('close', () => resolve(text))
  })
  // The server says 100 when it has read the head of the request: from then on the request is under way.
  const underWay = new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.write(
    'POST /api/projects HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n',
  )
  await underWay
  socket.write('{"name":"late"')
  return { socket, answer }
}

describe('ending the server', () => {
  const obstacles: [string, (path: string) => void][] = [
    ['a folder where its file was', (path) => mkdirSync(join(path, 'inside'), { recursive: true })],
    [
      'a file where its folder was',
      (path) => {
        rmSync(dirname(path), { recursive: true, force: true })
        mkdirSync(dirname(dirname(path)), { recursive: true })
        writeFileSync(dirname(path), 'mine')
      },
    ],
  ]

  it('with documents that cannot be written exits with 0, and the next start has what was acknowledged', async () => {
    const server = await start()
    const api = client(server.url)
    const blocked: { path: string; taskId: string; status: number }[] = []
    for (const [, block] of obstacles) {
      const project = await api.project()
      const task = await api.task(project.id)
      const path = join(server.dataDir, 'tasks', project.id, `${task.id}.json`)
      rmSync(path, { force: true })
      block(path)
      // That it cannot be written may be known already: then nothing is changed.
      const { status } = await api.request('PATCH', `/api/tasks/${task.id}`, { title: 'changed' })
      blocked.push({ path, taskId: task.id, status })
    }
    const other = await api.project({ name: 'another project goes on' })
    expect(await server.terminate()).toBe(0)

    for (const { path } of blocked) rmSync(dirname(path), { recursive: true, force: true })
    const next = await server.restart()
    onTestFinished(async () => void (await next.stop()))
    for (const [n, [what]] of obstacles.entries()) {
      const { taskId, status } = blocked[n] ?? {}
      const { title } = await client(next.url).get<{ title: string }>(`/api/tasks/${taskId}`)
      expect([what, title]).toEqual([what, status === 200 ? 'changed' : 'a task'])
    }
    expect(await client(next.url).get(`/api/projects/${other.id}`)).toEqual(other)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s says goodbye with 1001 and exits with 0, also where a client keeps its connection open',
    async (signal) => {
      const server = await start()
      const idle = dial(server.port, '127.0.0.1')
      onTestFinished(() => void idle.destroy())
      await new Promise((resolve) => idle.once('connect', resolve))
      await client(server.url).project()
      const sockets = [await connect(server.url), await connect(server.url, { path: '/ws' })]
      server.signal(signal)
      expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1001, 1001])
      expect(await server.exited).toBe(0)
    },
  )

  it('lets a request that is under way finish, takes no new one meanwhile, and what was stored is there afterwards', async () => {
    const server = await start()
    const listener = await connect(server.url)
    const { socket, answer } = await halfRequest(server)
    server.signal('SIGTERM')
    expect(await listener.closed).toBe(1001)
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
    socket.write('}')
    expect(await answer).toContain('HTTP/1.1 201 ')
    expect(await server.exited).toBe(0)

    const next = await server.restart()
    onTestFinished(async () => void (await next.stop()))
    const projects = await client(next.url).get<Project[]>('/api/projects')
    expect(projects.map(({ name }) => name)).toEqual(['late'])
  })

  it('exits with 1 on a second signal, however long a request takes', async () => {
    const server = await start()
    const listener = await connect(server.url)
    await halfRequest(server)
    server.signal('SIGTERM')
    await listener.closed
    server.signal('SIGTERM')
    expect(await server.exited).toBe(1)
  })

  it('exits with 1 when a request never ends', async () => {
    const server = await start()
    await halfRequest(server)
    server.signal('SIGTERM')
    expect(await server.exited).toBe(1)
  })
})
