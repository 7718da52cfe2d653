import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { client, refusal } from '../contract/http'
import { queueOf } from '../contract/queue'
import { startServer } from '../contract/server'

it('what was handed out is still handed out after kill -9, and is not handed out again', async () => {
  let server = await startServer()
  onTestFinished(async () => void (await server.stop()))
  const api = client(server.url)
  const project = await api.project()
  const tasks = [await api.task(project.id), await api.task(project.id)]
  const taskIds = tasks.map(({ id }) => id)
  const queue = queueOf(api, (await api.session(project.id, taskIds, { strategy: 'queue' })).id)
  await queue.run('start')
  const before = [await queue.get(), await api.get('/api/tasks'), await api.get('/api/sessions')]

  await server.kill9()
  server = await server.restart()
  expect([await queue.get(), await api.get('/api/tasks'), await api.get('/api/sessions')]).toEqual(before)
  const busy = refusal(400, 'VALIDATION_ERROR', `Already processing task ${taskIds[0]}`)
  expect(await queue.request('POST', 'start')).toMatchObject(busy)
})

it('a session whose queue file is lost says so, and still takes tasks', async () => {
  const lost = {
    ...{ id: 'sess_lost', projectId: 'proj_1', taskIds: [], name: 'lost', env: {}, strategy: 'queue' },
    ...{ status: 'idle', startedAt: 1738713700000, lastActivity: 1738713700000, completedAt: null },
    ...{ hostname: 'h', platform: 'p', events: [], timeline: [], metadata: null },
  }
  const server = await startServer({
    prepare({ dataDir }) {
      mkdirSync(join(dataDir, 'sessions'))
      writeFileSync(join(dataDir, 'sessions', 'sess_lost.json'), JSON.stringify(lost))
    },
  })
  onTestFinished(async () => void (await server.stop()))
  const api = client(server.url)
  const queue = queueOf(api, lost.id)
  const missing = refusal(404, 'NOT_FOUND', 'Queue not found')
  for (const what of ['', 'items', 'top']) expect(await queue.request('GET', what)).toMatchObject(missing)
  for (const operation of ['start', 'complete', 'fail', 'skip'])
    expect(await queue.request('POST', operation)).toMatchObject(missing)
  expect(await queue.request('POST', 'push', { taskId: 'task_none' })).toMatchObject(missing)

  const task = await api.task((await api.project()).id)
  expect(await api.ok('POST', `/api/sessions/${lost.id}/tasks/${task.id}`)).toMatchObject({
    taskIds: [task.id],
    timeline: [{ type: 'task_started', taskId: task.id }],
  })
})
