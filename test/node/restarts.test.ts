import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Api, client, type Project, type Session, type Task } from '../contract/http'
import { runToExit, type Server, startServer } from '../contract/server'

const start = async () => {
  const server = await startServer()
  onTestFinished(async () => void (await server.stop()))
  return { server, api: client(server.url) }
}

const again = async (server: Server) => {
  const next = await server.restart()
  onTestFinished(async () => void (await next.stop()))
  return { server: next, api: client(next.url) }
}

const everything = async (api: Api) => ({
  projects: await api.get<Project[]>('/api/projects'),
  tasks: await api.get<Task[]>('/api/tasks'),
  sessions: await api.get<Session[]>('/api/sessions'),
})

const work = async (api: Api) => {
  const project = await api.project()
  const tasks = await Promise.all(
    Array.from({ length: 20 }, (_, n) => api.task(project.id, { title: `task ${n}` })),
  )
  const taskIds = tasks.map(({ id }) => id)
  const session = await api.session(project.id, taskIds)
  await api.ok('PATCH', `/api/sessions/${session.id}`, { metadata: { a: 1 }, events: [{ type: 'x' }] })
  await api.ok('POST', `/api/sessions/${session.id}/timeline`, { message: 'one' })
  await api.ok('POST', `/api/sessions/${session.id}/timeline`, { message: 'two' })
  await api.ok('DELETE', `/api/sessions/${session.id}/tasks/${taskIds[0]}`)
  await api.ok('DELETE', `/api/tasks/${taskIds[1]}`)
  await api.ok('PATCH', `/api/tasks/${taskIds[2]}`, { parentId: taskIds[3], dependencies: [taskIds[4]] })
  await api.ok('PUT', `/api/projects/${project.id}`, { name: 'renamed' })
  const spawned = await api.ok<{ sessionId: string }>('POST', '/api/sessions/spawn', {
    projectId: project.id,
    taskIds: taskIds.slice(5, 7),
  })
  return spawned.sessionId
}

describe('a server that is started again', () => {
  it('has everything as it was after an orderly end, and what was edited by hand while it was down', async () => {
    const { server, api } = await start()
    const spawned = await work(api)
    const project = await api.project({ name: 'before' })
    const before = await everything(api)
    const manifest = await api.get(`/api/sessions/${spawned}/manifest`)
    server.signal('SIGTERM')
    expect(await server.exited).toBe(0)
    const path = join(server.dataDir, 'projects', `${project.id}.json`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('before', 'by hand'))
    const added = { ...project, id: 'proj_1738713700000_abcdefghi', name: 'put there' }
    writeFileSync(join(server.dataDir, 'projects', `${added.id}.json`), JSON.stringify(added))

    const next = await again(server)
    expect(await next.api.get(`/api/projects/${project.id}`)).toEqual({ ...project, name: 'by hand' })
    expect(await next.api.get(`/api/projects/${added.id}`)).toEqual(added)
    const isOther = ({ id }: Project) => id !== project.id && id !== added.id
    const { projects, ...rest } = await everything(next.api)
    expect({ ...rest, projects: projects.filter(isOther) }).toEqual({
      ...before,
      projects: before.projects.filter(isOther),
    })
    expect(await next.api.get(`/api/sessions/${spawned}/manifest`)).toEqual(manifest)
  })

  it('has everything as it was, killed the moment after it answered, and in the middle of its work no half of anything', async () => {
    let { server, api } = await start()
    for (let life = 0; life < 2; life++) {
      await work(api)
      const before = await everything(api)
      const repeated = [{ name: 'acknowledged last' }, { 'idempotency-key': `life-${life}` }] as const
      const last = await api.request<Project>('POST', '/api/projects', ...repeated)
      await server.kill9()
      ;({ server, api } = await again(server))
      const repeat = await api.request<Project>('POST', '/api/projects', ...repeated)
      expect(repeat).toMatchObject({ status: 201, body: last.body })
      expect(await everything(api)).toEqual({ ...before, projects: [...before.projects, last.body] })
    }

    const project = await api.project()
    const acknowledged: Session[] = []
    const requests = Array.from({ length: 100 }, async () => {
      const [one, two] = [await api.task(project.id), await api.task(project.id)]
      acknowledged.push(await api.session(project.id, [one.id, two.id]))
      if (acknowledged.length === 20) await server.kill9()
    })
    await Promise.allSettled(requests)
    expect(acknowledged.length).toBeGreaterThanOrEqual(20)

    const { tasks, sessions } = await everything((await again(server)).api)
    for (const session of acknowledged) expect(sessions).toContainEqual(session)
    const seenBySessions = sessions.flatMap(({ id, taskIds }) => taskIds.map((taskId) => `${id} ${taskId}`))
    const seenByTasks = tasks.flatMap(({ id, sessionIds }) => sessionIds.map((session) => `${session} ${id}`))
    expect(seenBySessions.sort()).toEqual(seenByTasks.sort())
  })
})

it('a second server on the same DATA_DIR names the first, which serves on, and starts when that left its lock behind', async () => {
  const { server, api } = await start()
  const { code, output } = await runToExit({}, server)
  expect(code).toBe(1)
  expect(output).toContain(String(server.pid))
  expect(output).toContain(server.dataDir)
  await api.project()
  await server.kill9()
  await (await again(server)).api.project()
})
