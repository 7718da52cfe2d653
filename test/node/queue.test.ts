import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { client, refusal } from '../contract/http'
import { queueOf } from '../contract/queue'
import { startServer } from '../contract/server'

const lost = {
  ...{ id: 'sess_lost', projectId: 'proj_1', taskIds: [], name: 'lost', env: {}, strategy: 'queue' },
  ...{ status: 'idle', startedAt: 1738713700000, lastActivity: 1738713700000, completedAt: null },
  ...{ hostname: 'h', platform: 'p', events: [], timeline: [], metadata: null },
}

it('what was handed out is still handed out after kill -9, and is not handed out again; a session whose queue file is lost says so, and still takes tasks', async () => {
  let server = await startServer()
  onTestFinished(async () => void (await server.stop()))
  const api = client(server.url)
  const project = await api.project()
  const tasks = [await api.task(project.id), await api.task(project.id)]
  const taskIds = tasks.map(({ id }) => id)
  const queue = queueOf(api, (await api.session(project.id, taskIds, { strategy: 'queue' })).id)
  await queue.run('start')
  const sessions = async () =>
    (await api.get<{ id: string }[]>('/api/sessions')).filter(({ id }) => id !== lost.id)
  const before = [await queue.get(), await api.get('/api/tasks'), await sessions()]

  await server.kill9()
  writeFileSync(join(server.dataDir, 'sessions', 'sess_lost.json'), JSON.stringify(lost))
  server = await server.restart()
  expect([await queue.get(), await api.get('/api/tasks'), await sessions()]).toEqual(before)
  const busy = refusal(400, 'VALIDATION_ERROR', `Already processing task ${taskIds[0]}`)
  expect(await queue.request('POST', 'start')).toMatchObject(busy)

  const without = queueOf(api, lost.id)
  const missing = refusal(404, 'NOT_FOUND', 'Queue not found')
  for (const what of ['', 'items', 'top']) expect(await without.request('GET', what)).toMatchObject(missing)
  for (const operation of ['start', 'complete', 'fail', 'skip'])
    expect(await without.request('POST', operation)).toMatchObject(missing)
  expect(await without.request('POST', 'push', { taskId: 'task_none' })).toMatchObject(missing)

  const task = await api.task((await api.project()).id)
  expect(await api.ok('POST', `/api/sessions/${lost.id}/tasks/${task.id}`)).toMatchObject({
    taskIds: [task.id],
    timeline: [{ type: 'task_started', taskId: task.id }],
  })
})
