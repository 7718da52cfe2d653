import type { Client, Task } from '../../../functions/client/client'
import { defineCommand } from '../command'
import { sentence, time } from '../format'

export const command = defineCommand({
  about: 'Say why a task waits, or who works on it',
  example: 'maestro task why task_1',
  ids: { id: 'task' },
  args: { id: { type: 'positional', description: 'The task', required: true } },
  async run({ client, args }) {
    const task = await client.tasks.get(args.id)
    const [waiting] = await client.tasks.blocked({ taskId: task.id })
    if (!waiting) {
      const message = await stateOf(client, task)
      return { json: { task, reasons: [], message }, text: sentence(`${task.id}: ${message}`) }
    }
    const lines = waiting.reasons.map(({ message }) => sentence(`${task.id}: ${message}`))
    return { json: waiting, text: lines.join('\n') }
  },
})

/** Of a task that does not wait. */
const stateOf = async (
  client: Client,
  { claim, status, sessionIds, sessionStatus }: Task,
): Promise<string> => {
  if (claim) return `Session ${claim.sessionId} has claimed it since ${time(claim.since)}`
  if (status === 'todo') return 'It is ready: nobody works on it'
  const said = sessionStatus === undefined ? '' : `; a session says that it is ${sessionStatus}`
  const last = sessionIds.at(-1)
  const session = last === undefined ? undefined : await client.sessions.get(last).catch(() => undefined)
  const where = session ? `, last with session ${session.id}, which is ${session.status}` : ''
  return `It is ${status}${where}${said}`
}
