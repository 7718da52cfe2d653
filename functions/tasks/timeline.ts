import { TaskTimelineRequest, TaskTimelineResponse } from '../../schemas/task'
import { findSession, findTask } from '../../storage/rules/find'
import { addTimelineEntry } from '../../storage/rules/sessions'
import { endpointWithBody } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const addTaskTimeline = endpointWithBody(
  {
    summary: 'Note something about a task in a session’s timeline',
    body: TaskTimelineRequest,
    answers: { status: 200, schema: TaskTimelineResponse },
    errors: ['TASK_NOT_FOUND', 'SESSION_NOT_FOUND', 'STORAGE_UNAVAILABLE'],
    emits: ['session:updated', 'task:updated'],
  },
  async (c, { message, sessionId, type = 'progress' }) => {
    const taskId = idOf(c)
    await c.env.workspace.change((tx) => {
      findTask(tx, taskId)
      addTimelineEntry(tx, findSession(tx, sessionId), { type, message, taskId })
      tx.emitState('task:updated', taskId)
    })
    return respond(c, { success: true, taskId, sessionId, message, type })
  },
)
