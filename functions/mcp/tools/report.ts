import * as z from 'zod'
import { ReleaseOutcome, ReleaseTaskRequest } from '../../../schemas/claim'
import type { TimelineType } from '../../../schemas/timeline'
import { optionalId } from '../arguments'
import { brief, textIn } from '../brief'
import { ownSession, type ToolContext, tool } from '../tool'

export const report = tool({
  name: 'report',
  description:
    'Say how a task goes: without outcome it is progress. Without taskId it is about the session: outcome completed ends it and completes its open tasks; failed or blocked are for all of those.',
  operations: [
    'tasks.update',
    'tasks.addTimeline',
    'tasks.list',
    'sessions.get',
    'sessions.addTimeline',
    'sessions.end',
  ],
  input: z.object({
    message: z.string().trim().min(1).meta({ description: 'For people' }),
    taskId: optionalId('The task'),
    outcome: ReleaseOutcome.optional(),
    epoch: ReleaseTaskRequest.shape.epoch.meta({ description: 'Of your claim' }),
  }),
  async run(context, { message, taskId, outcome, epoch }) {
    const sessionId = ownSession(context)
    if (taskId !== undefined) return reportTask(context, { sessionId, taskId, message, outcome, epoch })
    if (outcome === undefined) return note(context, sessionId, 'progress', message)
    const open = await openTasks(context, sessionId)
    if (outcome === 'completed') return complete(context, sessionId, open, message)
    for (const id of open) await reportTask(context, { sessionId, taskId: id, message, outcome })
    if (open.length === 0) await note(context, sessionId, entryTypes[outcome], message)
    return { sessionId, outcome, taskIds: open }
  },
})

type Outcome = z.infer<typeof ReleaseOutcome>

interface TaskReport {
  sessionId: string
  taskId: string
  message: string
  outcome: Outcome | undefined
  epoch?: number | undefined
}

const entryTypes: Readonly<Record<Outcome, TimelineType>> = {
  completed: 'task_completed',
  failed: 'error',
  blocked: 'task_blocked',
}

const reportTask = async (
  { call }: ToolContext,
  { sessionId, taskId, message, outcome, epoch }: TaskReport,
) => {
  const params = { id: taskId }
  const sessionStatus = outcome ?? 'working'
  const body = { updateSource: 'session', sessionStatus, sessionId, epoch }
  const { body: task } = await call('tasks.update', { params, body })
  const type = outcome === undefined ? 'progress' : entryTypes[outcome]
  await call('tasks.addTimeline', { params, body: { sessionId, message, type } })
  return { taskId, status: textIn(task, 'status'), sessionStatus: textIn(task, 'sessionStatus') }
}

const note = async ({ call }: ToolContext, sessionId: string, type: TimelineType, message: string) => {
  const { body: session } = await call('sessions.addTimeline', {
    params: { id: sessionId },
    body: { type, message },
  })
  return { sessionId, status: textIn(session, 'status'), noted: type }
}

/** The session's tasks without an outcome; of strategy `tree`, those that it has claimed. */
const openTasks = async ({ call }: ToolContext, sessionId: string): Promise<string[]> => {
  const [{ body: session }, { body: tasks }] = await Promise.all([
    call('sessions.get', { params: { id: sessionId } }),
    call('tasks.list', { query: { sessionId } }),
  ])
  const isTree = textIn(session, 'strategy') === 'tree'
  return (Array.isArray(tasks) ? tasks : []).flatMap((task) => {
    const isOwn = !isTree || textIn(brief(task).claim, 'sessionId') === sessionId
    const said = textIn(task, 'sessionStatus') ?? 'working'
    const id = textIn(task, 'id')
    return isOwn && id !== undefined && openStatuses.has(said) ? [id] : []
  })
}

const openStatuses: ReadonlySet<string> = new Set(['queued', 'working', 'needs_input'])

/** Ends the session and its tasks as one step. */
const complete = async (
  context: ToolContext,
  sessionId: string,
  open: readonly string[],
  message: string,
) => {
  if (open.length === 0) await note(context, sessionId, 'task_completed', message)
  const outcomes = open.map((taskId) => ({ taskId, outcome: 'completed', message }))
  const { body: session } = await context.call('sessions.end', {
    params: { id: sessionId },
    body: { cause: 'reported', outcomes },
  })
  return { sessionId, status: textIn(session, 'status'), taskIds: open }
}
