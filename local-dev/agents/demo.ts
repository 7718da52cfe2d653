/** The demo agent: it needs no model and no network, changes a file for every task, and reports everything. */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../functions/client/client'

/** A pause before it writes, long enough to be seen. */
const thinkMs = 400

interface DemoOptions {
  client: Client
  sessionId: string
  /** The project's directory. */
  cwd: string
  print(line: string): void
}

/** Does every task of a session, in the order of its queue if it has one, and completes the session. */
export const runDemo = async (demo: DemoOptions): Promise<void> => {
  const { client, sessionId } = demo
  const { strategy, taskIds } = await client.sessions.get(sessionId)
  let done = 0
  if (strategy === 'queue') {
    for (let taskId = await startNextTask(demo); taskId; taskId = await startNextTask(demo)) {
      await doTask(demo, taskId)
      await client.queue.complete(sessionId)
      done++
    }
  } else if (strategy === 'tree') {
    for (
      let taskId = await claimNextTask(demo, taskIds);
      taskId;
      taskId = await claimNextTask(demo, taskIds)
    ) {
      const message = await doTask(demo, taskId)
      await client.tasks.release(taskId, { sessionId, outcome: 'completed', message })
      done++
    }
  } else {
    for (const taskId of taskIds) {
      const what = await doTask(demo, taskId)
      await client.tasks.update(taskId, { updateSource: 'session', sessionStatus: 'completed' })
      await client.tasks.addTimeline(taskId, { sessionId, type: 'task_completed', message: what })
      done++
    }
  }
  const message = `${done === 1 ? 'One task' : `${done} tasks`} done, see ${file}`
  await client.sessions.addTimeline(sessionId, { message })
  await client.sessions.end(sessionId, { cause: 'reported' })
  demo.print(message)
}

const file = 'MAESTRO_DEMO.md'

const startNextTask = async ({ client, sessionId }: DemoOptions): Promise<string | undefined> =>
  (await client.queue.start(sessionId)).item?.taskId

/** What is ready below the tasks of a session, and then each of these. */
const claimNextTask = async (
  { client, sessionId }: DemoOptions,
  taskIds: readonly string[],
): Promise<string | undefined> => {
  for (const under of taskIds) {
    const { task } = await client.tasks.claimNext({ sessionId, under })
    if (task) return task.id
    const [own] =
      (await client.tasks.blocked({ taskId: under })).length > 0 ? [] : [await client.tasks.get(under)]
    if (own?.status === 'todo' && own.sessionStatus === undefined && !own.claim)
      return (await client.tasks.claim(under, { sessionId })).id
  }
  return undefined
}

const doTask = async ({ client, sessionId, cwd, print }: DemoOptions, taskId: string): Promise<string> => {
  const { title } = await client.tasks.get(taskId)
  const line = title.replace(/\s+/g, ' ')
  print(`working on: ${line}`)
  const message = `Writing a line about "${line}" into ${file}`
  await client.tasks.addTimeline(taskId, { sessionId, type: 'progress', message })
  await sleep(thinkMs)
  await appendFile(join(cwd, file), `- ${line}\n`)
  return `Wrote a line into ${file}`
}
