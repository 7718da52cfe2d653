/** The demo agent: no model, no network, and yet a file changes for every task, and everything is reported. */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../functions/client/client'

/** So long it pretends to think before it writes, in milliseconds: long enough to be seen. */
const thinking = 400

interface Demo {
  client: Client
  sessionId: string
  /** The project's directory. */
  cwd: string
  say(line: string): void
}

/** Does every task of a session, in the order of its queue if it has one, and completes the session. */
export const runDemo = async (demo: Demo): Promise<void> => {
  const { client, sessionId } = demo
  const { strategy, taskIds } = await client.sessions.get(sessionId)
  let done = 0
  if (strategy === 'queue') {
    for (let taskId = await next(demo); taskId; taskId = await next(demo)) {
      await doTask(demo, taskId)
      await client.queue.complete(sessionId)
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
  await client.sessions.update(sessionId, {
    status: 'completed',
    timeline: [{ type: 'progress', message }],
  })
  demo.say(message)
}

const file = 'MAESTRO_DEMO.md'

const next = async ({ client, sessionId }: Demo): Promise<string | undefined> =>
  (await client.queue.start(sessionId)).item?.taskId

const doTask = async ({ client, sessionId, cwd, say }: Demo, taskId: string): Promise<string> => {
  const { title } = await client.tasks.get(taskId)
  const line = title.replace(/\s+/g, ' ')
  say(`working on: ${line}`)
  const message = `Writing a line about "${line}" into ${file}`
  await client.tasks.addTimeline(taskId, { sessionId, type: 'progress', message })
  await sleep(thinking)
  await appendFile(join(cwd, file), `- ${line}\n`)
  return `Wrote a line into ${file}`
}
