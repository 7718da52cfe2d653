// Whoever asked for a task goes away in the moment in which it is given to them, and nobody ever works on it.
import { expect, it } from 'vitest'
import { createApp } from '../../functions/app'
import { memoryDriver } from '../../storage/drivers/memory'
import { createProject } from '../../storage/rules/projects'
import { createSession } from '../../storage/rules/sessions'
import { createTask } from '../../storage/rules/tasks'
import { calledLocally, createMemoryServices, localRequest } from './services'

/** A task, a session that asks for it, and a caller that goes away once the claim is stored. */
const askAndGo = async (headers: Record<string, string> = {}) => {
  const stored = memoryDriver()
  const away = new AbortController()
  let isAsked = false
  const services = await createMemoryServices({
    driver: {
      ...stored,
      async commit(batch) {
        await stored.commit?.(batch)
        if (isAsked) away.abort()
      },
    },
  })
  const { taskId, sessionId } = await services.workspace.change(function* (tx) {
    const { id: projectId } = createProject(tx, { name: 'p' }, '/')
    const { id: taskId } = createTask(tx, { projectId, title: 't' })
    const session = yield* createSession(tx, { projectId, taskIds: [], strategy: 'tree' }, services.machine)
    return { taskId, sessionId: session.id }
  })
  const ask = async (signal: AbortSignal) => {
    const init = { method: 'POST', body: JSON.stringify({ sessionId }), signal, headers }
    const answer = await createApp().fetch(
      localRequest('/api/tasks/claim-next', init),
      calledLocally(services),
    )
    return answer.json()
  }
  isAsked = true
  await ask(away.signal)
  const read = () =>
    services.workspace.read((documents) => ({
      task: documents.get('tasks', taskId)?.read(),
      session: documents.get('sessions', sessionId)?.read(),
    }))
  return { ask, read, sessionId }
}

it('gives the task back', async () => {
  const { read } = await askAndGo()
  const { task, session } = await read()
  expect(task).toMatchObject({ status: 'todo', sessionIds: [] })
  expect(task).not.toHaveProperty('claim')
  expect(session?.taskIds).toEqual([])
})

it('keeps it for who can ask again with the same key, and is told of it then', async () => {
  const { ask, read, sessionId } = await askAndGo({ 'Idempotency-Key': 'k' })
  const { task } = await read()
  expect(task).toMatchObject({ status: 'in_progress', claim: { sessionId } })
  expect(await ask(new AbortController().signal)).toMatchObject({ task: { id: task?.id } })
})
