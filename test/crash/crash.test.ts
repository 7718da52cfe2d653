/**
 * Fifty clients at work, and the server killed in the middle, again and again: nothing acknowledged is lost, nothing is half,
 * and nothing of a spawn that nobody was told of stays behind.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import type { Project, Session, Task } from '../contract/http'
import { type Server, startServer } from '../contract/server'
import { connect, type Message } from '../contract/socket'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { nextOperation } from './operations'
import { explain, type LastRequest, type ProjectState, readProjectState } from './project-state'
import { ConnectionLost, openRequests, type Requests } from './requests'

const rounds = scaled(2)
const random = createRandom('crash')
const connections = 50

/** A client with a project of its own, in which it does one thing after the other. */
interface Worker extends LastRequest {
  number: number
  projectId: string
  sent: number
  /** Paths of what it has deleted since the last kill, acknowledged. */
  deleted: string[]
  /** The ids of all sessions that it ever saw. */
  sessions: Set<string>
}

/** What all clients write at once: each note must be there once, if it was acknowledged. */
interface Shared {
  sessionId: string
  taskId: string
  entries: Map<string, 'sent' | 'acknowledged'>
  titles: { title: string; begun: number; acknowledged: number }[]
}

it(
  'again and again, and everything acknowledged is there',
  async () => {
    let server = await startServer()
    try {
      let api = openRequests(server.url)
      const workers: Worker[] = []
      for (let number = 0; number < connections; number++) workers.push(await newWorker(api, number))
      const shared = await newShared(api)
      let operations = 0
      for (let round = 1; round <= rounds; round++) {
        const socket = await connect(server.url)
        const alive = { yes: true }
        const burst = Promise.allSettled(
          workers.map((worker) => work(openRequests(server.url), worker, shared, alive)),
        )
        await sleep(100 + random() * 500)
        // On a busy machine that may be too short for anything to have happened.
        await socket.waitFor(() => true)
        while (sentBy(workers) <= round * connections) await sleep(20)
        if (round % 3 === 0) {
          server.signal('SIGSTOP')
          await sleep(20)
        }
        alive.yes = false
        await server.kill9()
        count('kills')
        expect((await burst).filter(({ status }) => status === 'rejected')).toEqual([])
        expectWholeFiles(server)

        server = await server.restart({ DURABILITY: round % 2 === 1 ? 'strict' : 'process' })
        api = openRequests(server.url)
        const underWay = workers.flatMap(({ operation }) => operation?.touches ?? [])
        for (const worker of workers) {
          const now = await readProjectState(api, worker.projectId)
          expect(explain(worker, now), `round ${round}, client ${worker.number}`).toBe(undefined)
          see(worker, now)
        }
        expectNoLeftovers(server, workers)
        await expectShared(api, shared)
        // A kill between an answer and its event loses the event for this socket, which learns of it when it reconnects.
        const deleted = workers.flatMap((worker) => worker.deleted.splice(0))
        await expectPublished(api, socket.messages, [...underWay, ...deleted.map((path) => basename(path))])
        await expectOneRelation(api)
        await expectFilesOf(api, server)
        operations = sentBy(workers)
      }
      expect(operations).toBeGreaterThan(rounds * connections)
    } finally {
      await server.stop()
    }
  },
  scaledMs(90_000),
)

const sentBy = (workers: readonly Worker[]): number => workers.reduce((sum, { sent }) => sum + sent, 0)

const newWorker = async (api: Requests, number: number): Promise<Worker> => {
  const { id } = await api.send<Project>('POST', '/api/projects', { name: `of client ${number}` })
  const seen = await readProjectState(api, id)
  const sessions = new Set<string>()
  return {
    number,
    projectId: id,
    sent: 0,
    deleted: [],
    sessions,
    seen,
    operation: undefined,
    acknowledged: false,
  }
}

const newShared = async (api: Requests): Promise<Shared> => {
  const { id: projectId } = await api.send<Project>('POST', '/api/projects', { name: 'of all' })
  const task = await api.send<Task>('POST', '/api/tasks', { projectId, title: 'of all' })
  const session = await api.send<Session>('POST', '/api/sessions', { projectId, taskIds: [task.id] })
  return { sessionId: session.id, taskId: task.id, entries: new Map(), titles: [] }
}

const see = (worker: Worker, seen: ProjectState) => {
  Object.assign(worker, { seen, operation: undefined, acknowledged: false })
  for (const id of seen.sessions.keys()) worker.sessions.add(id)
}

/** Writes until the server is gone; what is under way then stays in the worker. */
const work = async (api: Requests, worker: Worker, shared: Shared, alive: { yes: boolean }) => {
  while (alive.yes) {
    const token = `${worker.number}-${++worker.sent}`
    try {
      if (worker.sent % 5 === 0) await writeShared(api, shared, token)
      worker.operation = nextOperation(worker.seen, worker.projectId, token)
      worker.acknowledged = false
      const { method, path, body } = worker.operation
      await api.send(method, path, body)
      worker.acknowledged = true
      if (method === 'DELETE') worker.deleted.push(path)
      count('acknowledged changes')
      const seen = await readProjectState(api, worker.projectId)
      expect(explain(worker, seen)).toBe(undefined)
      see(worker, seen)
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      return
    }
  }
}

const writeShared = async (api: Requests, { sessionId, taskId, entries, titles }: Shared, token: string) => {
  entries.set(token, 'sent')
  await api.send('POST', `/api/sessions/${sessionId}/timeline`, { message: token })
  entries.set(token, 'acknowledged')
  const write = { title: token, begun: performance.now(), acknowledged: Number.POSITIVE_INFINITY }
  titles.push(write)
  await api.send('PATCH', `/api/tasks/${taskId}`, { title: token })
  write.acknowledged = performance.now()
}

/** Every acknowledged note is there once, and the title is one that no acknowledged one came after. */
const expectShared = async (api: Requests, { sessionId, taskId, entries, titles }: Shared) => {
  const { timeline } = await api.get<Session>(`/api/sessions/${sessionId}`)
  const found = timeline.map(({ message }) => message ?? '')
  expect(new Set(found).size).toBe(found.length)
  for (const [note, state] of entries) {
    if (state === 'acknowledged') expect(found).toContain(note)
    // What was under way is decided now.
    if (found.includes(note)) entries.set(note, 'acknowledged')
    else entries.delete(note)
  }
  expect(found).toHaveLength(entries.size)

  const { title } = await api.get<Task>(`/api/tasks/${taskId}`)
  const write = titles.find((one) => one.title === title)
  const later = titles.filter(
    ({ begun, acknowledged }) => write && begun > write.acknowledged && acknowledged < Infinity,
  )
  expect(later).toEqual([])
  expect(write !== undefined || titles.every(({ acknowledged }) => acknowledged === Infinity)).toBe(true)
  titles.length = 0
  if (write) titles.push({ ...write, acknowledged: performance.now() })
}

/** What events were sent about is there, unless it was deleted later. */
const expectPublished = async (api: Requests, messages: Message[], gone: string[]) => {
  expect(messages).not.toEqual([])
  const ids = (type: string) =>
    messages.flatMap(({ type: one, data }) =>
      one === type && data !== null && typeof data === 'object' && 'id' in data ? [String(data.id)] : [],
    )
  const there = new Set((await api.get<Task[]>('/api/tasks')).map(({ id }) => id))
  const deleted = new Set([...ids('task:deleted'), ...gone])
  for (const id of ids('task:deleted')) expect(there.has(id)).toBe(false)
  for (const id of ids('task:created')) if (!deleted.has(id)) expect(there.has(id)).toBe(true)
}

const expectOneRelation = async (api: Requests) => {
  const [tasks, sessions] = await Promise.all([
    api.get<Task[]>('/api/tasks'),
    api.get<Session[]>('/api/sessions'),
  ])
  const byTasks = tasks.flatMap(({ id, sessionIds }) => sessionIds.map((session) => `${session} ${id}`))
  const bySessions = sessions.flatMap(({ id, taskIds }) => taskIds.map((task) => `${id} ${task}`))
  expect(byTasks.sort()).toEqual(bySessions.sort())
}

/** No reader ever sees half a file, nor a temporary one, also of a server that is dead. */
const expectWholeFiles = (server: Server) => void documentsOf(server)

/** Other folders than those of sessions that were there once, drafts, and notes of spawns that were under way. */
const expectNoLeftovers = ({ dataDir, sessionDir }: Server, workers: Worker[]) => {
  const known = new Set(workers.flatMap(({ sessions }) => [...sessions]))
  const folders = readdirSync(sessionDir)
  expect(folders.filter((name) => !known.has(name))).toEqual([])
  const files = readdirSync(sessionDir, { recursive: true, encoding: 'utf8' }).map((path) => basename(path))
  expect(files.filter((name) => name === '.manifest.json')).toEqual([])
  const notes = join(dataDir, '.spawning')
  expect(existsSync(notes) ? readdirSync(notes) : []).toEqual([])
}

/** The files are current when the server answers, without any further change: nothing is healed in memory alone. */
const expectFilesOf = async (api: Requests, server: Server) => {
  const [projects, tasks, sessions, templates, health] = await Promise.all([
    api.get<Project[]>('/api/projects'),
    api.get<Task[]>('/api/tasks'),
    api.get<Session[]>('/api/sessions'),
    api.get<{ id: string }[]>('/api/templates'),
    api.get<{ storage: { quarantined: unknown[] } }>('/health?verbose=1'),
  ])
  const expected: Record<string, unknown> = {}
  for (const project of projects) expected[`projects/${project.id}.json`] = project
  for (const task of tasks) expected[`tasks/${task.projectId}/${task.id}.json`] = task
  // In a list, a long one has the newest of its entries alone.
  for (const session of sessions)
    expected[`sessions/${session.id}.json`] =
      'timelineTotal' in session ? await api.get(`/api/sessions/${session.id}`) : session
  for (const template of templates) expected[`templates/${template.id}.json`] = template
  for (const { id, strategy } of sessions)
    if (strategy === 'queue')
      expected[`queues/${id}.json`] = (await api.get<{ queue: object }>(`/api/sessions/${id}/queue`)).queue
  const isLong = ([, document]: [string, unknown]) => JSON.stringify(document).length > 250_000
  const [long, others] = [Object.entries(expected).filter(isLong), Object.entries(expected)]
  const found = documentsOf(server)
  for (const [path] of long) delete found[path]
  expect(found).toEqual(Object.fromEntries(others.filter((entry) => !isLong(entry))))
  // The file of a long one follows it later, also after a start.
  await vi.waitFor(() => expect(documentsOf(server)).toMatchObject(Object.fromEntries(long)), 10_000)
  expect(health.storage.quarantined).toEqual([])
}

const documentsOf = ({ dataDir }: Server): Record<string, unknown> => {
  const found: Record<string, unknown> = {}
  for (const folder of ['projects', 'tasks', 'sessions', 'queues', 'templates'])
    for (const entry of readdirSync(join(dataDir, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      expect(entry.name).toMatch(/^[A-Za-z0-9_]+\.json$/)
      const path = join(entry.parentPath, entry.name)
      found[path.slice(dataDir.length + 1)] = JSON.parse(readFileSync(path, 'utf8'))
    }
  return found
}
