/** A report of a session on its tasks: it sets the status of each, and adds to the timeline of the session. */
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
import { sentence } from '../format'

interface ReportDefinition {
  about: string
  example: string
  sessionStatus: NonNullable<UpdateTaskRequest['sessionStatus']>
  type: TimelineType
  /** Whether a report about all tasks ends the session. */
  endsSession?: boolean
}

export const reportCommand = (definition: ReportDefinition): Command =>
  defineCommand({
    about: definition.about,
    example: definition.example,
    args: {
      message: {
        type: 'positional',
        valueHint: 'TEXT',
        description: 'The text of the report',
        required: true,
      },
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
      const taskIds = named.length > 0 ? named : await sessionTasks(client, sessionId)
      const entry = { sessionId, type: definition.type, message }
      const tasks = await reportTasks(client, taskIds, definition, entry)
      if (taskIds.length === 0)
        await client.sessions.addTimeline(sessionId, { type: definition.type, message })
      const ends = definition.endsSession && named.length === 0
      const session = ends ? await client.sessions.update(sessionId, { status: 'completed' }) : undefined
      const subject = taskIds.length > 0 ? taskIds.join(', ') : sessionId
      return {
        json: { ...entry, sessionStatus: definition.sessionStatus, tasks, ...(session && { session }) },
        text: sentence(
          `Reported ${definition.sessionStatus} on ${subject}${ends ? ', and ended the session' : ''}`,
        ),
      }
    },
  })

/** The tasks of a session that still exist. */
const sessionTasks = async (client: Client, sessionId: string): Promise<string[]> => {
  const { taskIds } = await client.sessions.get(sessionId)
  const existing = new Set((await client.tasks.list({ sessionId })).map(({ id }) => id))
  return taskIds.filter((id) => existing.has(id))
}

interface TimelineEntry {
  sessionId: string
  type: TimelineType
  message: string
}

/** A task that fails does not stop the others; at the end it throws with everything that failed. */
const reportTasks = async (
  client: Client,
  taskIds: readonly string[],
  { sessionStatus }: ReportDefinition,
  entry: TimelineEntry,
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
  const reasons = failures.map(({ taskId, error }) => `${taskId}: ${lineOf(error)}`).join('; ')
  const rest = tasks.length > 0 ? `; reported on ${tasks.map(({ id }) => id).join(', ')}` : ''
  throw new MaestroError(status, code, reasons + rest)
}
