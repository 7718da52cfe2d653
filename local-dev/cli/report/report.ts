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

/** As the server takes it: `needsInput.message`, in characters. */
const maxQuestionLength = 4096

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
      const subject = taskIds.length > 0 ? taskIds.join(', ') : sessionId
      const reported = `Reported ${definition.sessionStatus} on ${subject}`
      const json = { ...entry, sessionStatus: definition.sessionStatus }
      if (definition.endsSession && named.length === 0) {
        const { session, tasks } = await endAsCompleted(client, sessionId, taskIds, message)
        const how =
          session.status === 'completed'
            ? ', and ended the session'
            : `; session ${sessionId} had ended before: it stays ${session.status}`
        return { json: { ...json, tasks, session }, text: sentence(reported + how) }
      }
      const asks = definition.sessionStatus === 'needs_input'
      const { tasks, failure } = await reportTasks(client, taskIds, definition.sessionStatus, entry)
      if (asks) await ask(client, entry, tasks)
      else await note(client, entry, tasks)
      if (failure) throw failure
      return { json: { ...json, tasks }, text: sentence(reported) }
    },
  })

/** The tasks of a session that still exist. */
const sessionTasks = async (client: Client, sessionId: string): Promise<string[]> => {
  const { taskIds } = await client.sessions.get(sessionId)
  const existing = new Set((await client.tasks.list({ sessionId })).map(({ id }) => id))
  return taskIds.filter((id) => existing.has(id))
}

/** Ends the session as completed, and its tasks with it, as one step. */
const endAsCompleted = async (
  client: Client,
  sessionId: string,
  taskIds: readonly string[],
  message: string,
) => {
  if (taskIds.length === 0) await client.sessions.addTimeline(sessionId, { type: 'task_completed', message })
  const outcomes = taskIds.map((taskId) => ({ taskId, outcome: 'completed' as const, message }))
  const session = await client.sessions.end(sessionId, { cause: 'reported', outcomes })
  const tasks = await client.tasks.list({ sessionId })
  return { session, tasks: tasks.filter(({ id }) => taskIds.includes(id)) }
}

/** The session waits for the answer to a question about these tasks. */
const ask = async (client: Client, entry: TimelineEntry, tasks: readonly Task[]) => {
  const needsInput = { active: true, message: entry.message.slice(0, maxQuestionLength) }
  await client.sessions.update(entry.sessionId, { needsInput, timeline: entriesOf(entry, tasks) })
}

/** Notes a report. A session that reports goes on: it does not wait for an answer any more. */
const note = async (client: Client, entry: TimelineEntry, tasks: readonly Task[]) => {
  const { needsInput } = await client.sessions.get(entry.sessionId)
  await client.sessions.update(entry.sessionId, {
    ...(needsInput?.active && { needsInput: { active: false } }),
    timeline: entriesOf(entry, tasks),
  })
}

/** One entry for each task; one without a task where the report is about none. */
const entriesOf = ({ type, message }: TimelineEntry, tasks: readonly Task[]) =>
  tasks.length > 0 ? tasks.map(({ id: taskId }) => ({ type, message, taskId })) : [{ type, message }]

interface TimelineEntry {
  sessionId: string
  type: TimelineType
  message: string
}

/** A task that fails does not stop the others; the failure says everything that failed. */
const reportTasks = async (
  client: Client,
  taskIds: readonly string[],
  sessionStatus: ReportDefinition['sessionStatus'],
  { sessionId }: TimelineEntry,
): Promise<{ tasks: Task[]; failure?: MaestroError }> => {
  const tasks: Task[] = []
  const failures: { taskId: string; error: MaestroError }[] = []
  for (const taskId of taskIds) {
    try {
      tasks.push(await client.tasks.update(taskId, { updateSource: 'session', sessionStatus, sessionId }))
    } catch (error) {
      if (!(error instanceof MaestroError)) throw error
      failures.push({ taskId, error })
    }
  }
  const [first] = failures
  if (!first) return { tasks }
  const { status, code } = first.error
  const reasons = failures.map(({ taskId, error }) => `${taskId}: ${lineOf(error)}`).join('; ')
  const rest = tasks.length > 0 ? `; reported on ${tasks.map(({ id }) => id).join(', ')}` : ''
  return { tasks, failure: new MaestroError(status, code, reasons + rest) }
}
