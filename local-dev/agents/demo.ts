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
  /** Writes the line, if it may; default: it does. */
  edit?(line: string, write: () => Promise<void>): Promise<boolean>
  /** Whatever is not begun then is left. */
  signal?: AbortSignal
}

/** Does every task of a session, in the order of its queue if it has one, and completes the session. */
export const runDemo = async (demo: DemoOptions): Promise<void> => {
  const { client, sessionId, signal } = demo
  const { strategy, taskIds } = await client.sessions.get(sessionId)
  let done = 0
  if (strategy === 'queue') {
    for (let taskId = await startNextTask(demo); taskId; taskId = await startNextTask(demo)) {
      const message = await doTask(demo, taskId)
      if (message === undefined) await client.queue.fail(sessionId, refused)
      else await client.queue.complete(sessionId)
      done += message === undefined ? 0 : 1
    }
  } else if (strategy === 'tree') {
    for (
      let taskId = await claimNextTask(demo, taskIds);
      taskId;
      taskId = await claimNextTask(demo, taskIds)
    ) {
      const message = await doTask(demo, taskId)
      const outcome = message === undefined ? 'blocked' : 'completed'
      await client.tasks.release(taskId, { sessionId, outcome, message: message ?? refused })
      done += message === undefined ? 0 : 1
    }
  } else {
    for (const taskId of taskIds) {
      if (signal?.aborted) break
      const what = await doTask(demo, taskId)
      const isDone = what !== undefined
      await client.tasks.update(taskId, {
        updateSource: 'session',
        sessionStatus: isDone ? 'completed' : 'blocked',
      })
      const type = isDone ? 'task_completed' : 'task_blocked'
      await client.tasks.addTimeline(taskId, { sessionId, type, message: what ?? refused })
      done += isDone ? 1 : 0
    }
  }
  if (signal?.aborted) return
  const message = `${done === 1 ? 'One task' : `${done} tasks`} done, see ${demoFile}`
  await client.sessions.addTimeline(sessionId, { message })
  await client.sessions.end(sessionId, { cause: 'reported' })
  demo.print(message)
}

export const demoFile = 'MAESTRO_DEMO.md'
const refused = `It may not write into ${demoFile}`

const startNextTask = async ({ client, sessionId, signal }: DemoOptions): Promise<string | undefined> =>
  signal?.aborted ? undefined : (await client.queue.start(sessionId)).item?.taskId

/** What is ready below the tasks of a session, and then each of these. */
const claimNextTask = async (
  { client, sessionId, signal }: DemoOptions,
  taskIds: readonly string[],
): Promise<string | undefined> => {
  if (signal?.aborted) return undefined
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

/** What was done; undefined if it may not do it. */
const doTask = async (demo: DemoOptions, taskId: string): Promise<string | undefined> => {
  const { client, sessionId, cwd, print } = demo
  const { title } = await client.tasks.get(taskId)
  const line = title.replace(/\s+/g, ' ')
  print(`working on: ${line}`)
  const message = `Writing a line about "${line}" into ${demoFile}`
  await client.tasks.addTimeline(taskId, { sessionId, type: 'progress', message })
  await sleep(thinkMs)
  const write = () => appendFile(join(cwd, demoFile), `- ${line}\n`)
  const mayWrite = demo.edit ? await demo.edit(line, write) : await write().then(() => true)
  return mayWrite ? `Wrote a line into ${demoFile}` : undefined
}
