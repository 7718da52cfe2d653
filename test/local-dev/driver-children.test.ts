// Who has spawned others is asked why nothing is done, or ends, while they work; or is reminded of what is not its own.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { waitUntil } from '../e2e/fixture'
import { createDriven } from './driven'

let driven: Awaited<ReturnType<typeof createDriven>>
beforeAll(async () => {
  driven = await createDriven()
})
afterAll(() => driven.stop())

it.concurrent('an orchestrator waits for those that it has spawned, and goes on when one of them has ended', async () => {
  const { client } = driven
  const agent = await driven.drive({ turns: [[{ text: 'I have spawned one.' }], [{ text: 'ok' }]] })
  const { projectId } = await client.sessions.get(agent.id)
  const task = await client.tasks.create({ projectId, title: 'A part of it' })
  const { sessionId: child } = await client.sessions.spawn({
    ...{ projectId, taskIds: [task.id], spawnSource: 'session', sessionId: agent.id },
  })
  await agent.hasStatus('idle')
  expect(await agent.open()).toEqual([])
  await client.sessions.end(child, { cause: 'reported' })
  await waitUntil('it goes on', () => agent.given('session/prompt').length === 2)
  expect(JSON.stringify(agent.given('session/prompt').at(-1))).toContain(`ended: ${child}.`)
  await agent.done()
  expect((await agent.ended).status).toBe('completed')
})

it.concurrent('an agent of a tree is reminded of what it has claimed, and of nothing else', async () => {
  const { client } = driven
  const turns = [[{ waitFor: { file: `${driven.directory}/claimed` } }], [{ text: 'Which of them?' }]]
  const agent = await driven.drive({ turns: [...turns, [{ text: 'ok' }]] }, { fields: { strategy: 'tree' } })
  const { projectId } = await client.sessions.get(agent.id)
  const part = await client.tasks.create({ projectId, title: 'A part of it', parentId: agent.taskId })
  await client.tasks.claim(part.id, { sessionId: agent.id })
  driven.say('claimed')
  await waitUntil('it is reminded', () => agent.given('session/prompt').length === 2)
  const reminder = JSON.stringify(agent.given('session/prompt').at(-1))
  expect(reminder).toContain(`- ${part.id}: A part of it`)
  expect(reminder).not.toContain(`- ${agent.taskId}`)
  await client.tasks.release(part.id, { sessionId: agent.id, outcome: 'completed' })
  expect((await agent.ended).status).toBe('completed')
})
