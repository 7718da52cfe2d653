/** A report: what a session says of its tasks, for each of them as their status and in its timeline. */
import {
  type Client,
  MaestroError,
  type Task,
  type TimelineType,
  type UpdateTaskRequest,
} from '../../../functions/client/client'
import { listOf } from '../arguments'
import { type Command, defineCommand } from '../command'
import { ownSession } from '../environment'
import { lineOf, UsageError } from '../exit'
import { sentence } from '../look'

interface Kind {
  about: string
  example: string
  sessionStatus: NonNullable<UpdateTaskRequest['sessionStatus']>
  type: TimelineType
  /** Whether a report about all tasks ends the session. */
  endsSession?: boolean
}

export const reportCommand = (kind: Kind): Command =>
  defineCommand({
    about: kind.about,
    example: kind.example,
    args: {
      message: { type: 'positional', description: 'What others should know', required: true },
      task: {
        type: 'string',
        valueHint: 'ID,ID',
        description: "The tasks it is about; without it, all of the session's",
      },
    },
    repeatable: ['task'],
    async run({ client, args, values, environment }) {
      const { message } = args
      if (message.trim() === '') throw new UsageError('The message is empty')
      const sessionId = ownSession(environment)
      const named = listOf(values('task'))
      if (values('task').length > 0 && named.length === 0)
        throw new UsageError('--task needs the id of a task')
      const taskIds = named.length > 0 ? named : await tasksOf(client, sessionId)
      const entry = { sessionId, type: kind.type, message }
      const tasks = await reportOnEach(client, taskIds, kind, entry)
      if (taskIds.length === 0) await client.sessions.addTimeline(sessionId, { type: kind.type, message })
      const ends = kind.endsSession && named.length === 0
      const session = ends ? await client.sessions.update(sessionId, { status: 'completed' }) : undefined
      const told = taskIds.length > 0 ? taskIds.join(', ') : sessionId
      return {
        json: { ...entry, sessionStatus: kind.sessionStatus, tasks, ...(session && { session }) },
        text: sentence(`Reported ${kind.sessionStatus} on ${told}${ends ? ', and ended the session' : ''}`),
      }
    },
  })

/** Those tasks of a session that there are. */
const tasksOf = async (client: Client, sessionId: string): Promise<string[]> => {
  const { taskIds } = await client.sessions.get(sessionId)
  const there = new Set((await client.tasks.list({ sessionId })).map(({ id }) => id))
  return taskIds.filter((id) => there.has(id))
}

interface Entry {
  sessionId: string
  type: TimelineType
  message: string
}

/** One task that cannot be told of does not keep the others from it. Throws after all, with what failed. */
const reportOnEach = async (
  client: Client,
  taskIds: readonly string[],
  { sessionStatus }: Kind,
  entry: Entry,
): Promise<Task[]> => {
  const tasks: Task[] = []
  const failures: { taskId: string; error: MaestroError }[] = []
  for (const taskId of taskIds) {
    try {
      const task = await client.tasks.update(taskId, { updateSource: 'session', sessionStatus })
      await client.tasks.addTimeline(taskId, entry)
      tasks.push(task)
    } catch (error) {
      if (!(error instanceof MaestroError)) throw error
      failures.push({ taskId, error })
    }
  }
  const [first] = failures
  if (!first) return tasks
  const { status, code } = first.error
  const said = failures.map(({ taskId, error }) => `${taskId}: ${lineOf(error)}`).join('; ')
  const rest = tasks.length > 0 ? `; reported on ${tasks.map(({ id }) => id).join(', ')}` : ''
  throw new MaestroError(status, code, said + rest)
}
