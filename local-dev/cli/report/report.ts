/** A report of a session on its tasks: it sets the status of each, and adds to the timeline of the session. */
import {
  type Client,
  MaestroError,
  type Session,
  type Task,
  type TimelineType,
  type UpdateTaskRequest,
} from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
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
        description:
          "The tasks it is about; without it, all of the session's, in a tree those that it has claimed",
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
      const session = await client.sessions.get(sessionId)
      const taskIds = named.length > 0 ? named : await existingTasks(client, session)
      const entry = { sessionId, type: definition.type, message }
      const subject = taskIds.length > 0 ? taskIds.join(', ') : sessionId
      const reported = `Reported ${definition.sessionStatus} on ${subject}`
      const json = { ...entry, sessionStatus: definition.sessionStatus }
      if (definition.endsSession && named.length === 0) {
        const { ended, tasks } = await endAsCompleted(client, sessionId, taskIds, message)
        const how = ended.status === 'completed' ? ', and ended the session' : late(ended)
        return { json: { ...json, tasks, session: ended }, text: sentence(reported + how) }
      }
      const asks = definition.sessionStatus === 'needs_input'
      const { tasks, failure } = await reportTasks(client, taskIds, definition.sessionStatus, entry)
      const needsInput = asks ? questionOf(message) : session.needsInput?.active && { active: false }
      if (tasks.length > 0 || !failure)
        await client.sessions.update(sessionId, {
          ...(needsInput && { needsInput }),
          timeline: entriesOf(entry, tasks),
        })
      if (failure) throw failure
      // What has ended notes it, and no task comes to say that it is worked on.
      const how = endedStatuses.includes(session.status) ? late(session) : ''
      return { json: { ...json, tasks }, text: sentence(reported + how) }
    },
  })

const late = ({ id, status }: Session) => `; session ${id} had ended before: it stays ${status}`

/** The tasks of a session that still exist; of strategy `tree`, those that it has claimed. */
const existingTasks = async (
  client: Client,
  { id: sessionId, taskIds, strategy }: Session,
): Promise<string[]> => {
  const tasks = await client.tasks.list({ sessionId })
  const own = strategy === 'tree' ? tasks.filter(({ claim }) => claim?.sessionId === sessionId) : tasks
  const existing = new Set(own.map(({ id }) => id))
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
  const ended = await client.sessions.end(sessionId, { cause: 'reported', outcomes })
  const tasks = await client.tasks.list({ sessionId })
  return { ended, tasks: tasks.filter(({ id }) => taskIds.includes(id)) }
}

/** The session waits for an answer. Any other report says that it goes on, and waits no more. */
const questionOf = (message: string) => ({ active: true, message: message.slice(0, maxQuestionLength) })

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
  const reasons = failures.map(({ taskId, error }) => withId(taskId, lineOf(error))).join('; ')
  const rest = tasks.length > 0 ? `; reported on ${tasks.map(({ id }) => id).join(', ')}` : ''
  return { tasks, failure: new MaestroError(status, code, reasons + rest) }
}

/** A 404 names the id already. */
const withId = (id: string, line: string) => (line.includes(id) ? line : `${id}: ${line}`)
