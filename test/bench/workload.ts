/** What is stored and what is asked for: one project, 10,000 tasks of 1.5 KB, and the requests on them. */
import * as z from 'zod'
import { freshDirectory, removeDirectory, runChild } from './children'
import type { LoadJob, LoadRequest, LoadResult } from './load'
import { root, type Server, startServer } from './server'

export type Stored = {
  projectId: string
  taskIds: string[]
  taskBytes: number
  createTask: LoadRequest
  /** In a project of its own. */
  createElsewhere: LoadRequest
}

/** A server over a directory with 10,000 tasks. `server` is the one that runs now, of `folder`: some measures restart it. */
export type Site = { home: string; folder: string; server: Server; stored: Stored }

export const connections = 50
export const storedTasks = 10_000
const entityBytes = 1_536

const sentence = 'Move the retry into the client and say in the log which attempt it was. '
let updateRuns = 0
const withId = z.object({ id: z.string() })

/** Runs one job in a load process. Any answer that is not 2xx makes the measure fail. */
export const load = async (server: Server, job: Omit<LoadJob, 'port' | 'serverPid'>): Promise<LoadResult> => {
  const whole: LoadJob = { ...job, port: server.port, serverPid: server.pid }
  const result = await runChild<LoadJob, LoadResult>('./load.ts', whole)
  if (result.failures > 0)
    throw new Error(`${result.failures} answers were no 2xx; first: ${result.firstFailure}`)
  return result
}

/** A fresh directory, a server on it, and the tasks stored over its API. */
export const openSite = async (folder = root): Promise<Site> => {
  const home = freshDirectory()
  const server = await startServer(home, [], folder)
  return { home, folder, server, stored: await fill(server) }
}

/** Ends the server and removes what it wrote: tens of thousands of files. */
export const closeSite = async (site: Site): Promise<void> => {
  await site.server.kill()
  removeDirectory(site.home)
}

const fill = async (server: Server): Promise<Stored> => {
  const projectId = await create(server, '/api/projects', { name: 'Bench', workingDir: '/tmp' })
  const task = { projectId, title: 'Retry the upload', priority: 'high', description: '' }
  const probeId = await create(server, '/api/tasks', task)
  const probe = await (await call(server, 'GET', `/api/tasks/${probeId}`)).text()
  await call(server, 'DELETE', `/api/tasks/${probeId}`)

  const missing = entityBytes - probe.length
  const description = sentence.repeat(Math.ceil(missing / sentence.length)).slice(0, missing)
  const createIn = (projectId: string): LoadRequest => ({
    method: 'POST',
    path: '/api/tasks',
    body: JSON.stringify({ ...task, projectId, description }),
  })
  const createTask = createIn(projectId)
  await load(server, { connections, requests: [createTask], until: { count: storedTasks } })
  const tasks = z.array(withId).parse(await (await call(server, 'GET', '/api/tasks')).json())
  const taskIds = tasks.map((task) => task.id)
  if (taskIds.length !== storedTasks)
    throw new Error(`${taskIds.length} tasks are stored, not ${storedTasks}`)
  const first = await (await call(server, 'GET', `/api/tasks/${taskIds[0]}`)).text()
  const createElsewhere = createIn(
    await create(server, '/api/projects', { name: 'Other', workingDir: '/tmp' }),
  )
  return { projectId, taskIds, taskBytes: first.length, createTask, createElsewhere }
}

/** Throws unless the first, the middle and the last task are there. A whole list would cost memory. */
export const expectStored = async (server: Server, { taskIds }: Stored): Promise<void> => {
  for (const id of [taskIds[0], taskIds[taskIds.length / 2], taskIds.at(-1)]) {
    await call(server, 'GET', `/api/tasks/${id}`)
  }
}

/** Each task once, in turn. */
export const getTasks = (stored: Stored): LoadRequest[] =>
  stored.taskIds.map((id) => ({ method: 'GET', path: `/api/tasks/${id}` }))

/** What agents do all day: one status after the other for each task in turn. Every request is a real change. */
export const updateTasks = (stored: Stored): LoadRequest[] => {
  updateRuns++
  const round = (status: string): LoadRequest[] => {
    const body = JSON.stringify({ status, title: `Retry the upload, take ${updateRuns}` })
    return stored.taskIds.map((id) => ({ method: 'PATCH', path: `/api/tasks/${id}`, body }))
  }
  return [...round('in_progress'), ...round('blocked')]
}

/** A worker for each task in turn. */
export const spawnSessions = (stored: Stored): LoadRequest[] =>
  stored.taskIds.map((id) => ({
    method: 'POST',
    path: '/api/sessions/spawn',
    body: JSON.stringify({ projectId: stored.projectId, taskIds: [id], skills: ['maestro-worker'] }),
  }))

const create = async (server: Server, path: string, body: object): Promise<string> =>
  withId.parse(await (await call(server, 'POST', path, body)).json()).id

const call = async (server: Server, method: string, path: string, body?: object): Promise<Response> => {
  const init = body ? { method, body: JSON.stringify(body) } : { method }
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init)
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response
}
