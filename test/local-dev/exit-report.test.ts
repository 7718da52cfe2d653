// The agent of an earlier run ends, on a machine that slept, and takes the run with it that goes on elsewhere.
import { afterAll, expect, it } from 'vitest'
import { reportAgentExit } from '../../local-dev/agents/session'
import { startApp } from '../cli/app'

const { server, client, project } = await startApp()
afterAll(() => server.stop())

it('ends its own run, and none that was begun since', async () => {
  const { id: taskId } = await client.tasks.create({ projectId: project.id, title: 'x' })
  const { sessionId: id } = await client.sessions.spawn({ projectId: project.id, taskIds: [taskId] })
  const { run } = await client.sessions.stop(id)
  const again = await client.sessions.restart(id)
  const exit = { exitCode: 0, signal: null, duration: 1000 }
  expect(await reportAgentExit(client, { id, run }, 'demo', exit)).toMatchObject({ status: 'spawning' })
  expect(await client.sessions.get(id)).toEqual(again)
  expect(await reportAgentExit(client, again, 'demo', exit)).toMatchObject({ status: 'failed' })
})
