import { TaskTimelineRequest, TaskTimelineResponse } from '../../schemas/task'
import { findSession, findTask } from '../../storage/rules/find'
import { addTimelineEntry } from '../../storage/rules/timeline'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const addTaskTimeline = operation({
  method: 'POST',
  path: '/api/tasks/:id/timeline',
  name: 'tasks.addTimeline',
  sessionAccess: 'project',
  summary: 'Add an entry about a task to a session’s timeline',
  body: TaskTimelineRequest,
  answers: { status: 200, schema: TaskTimelineResponse },
  errors: ['TASK_NOT_FOUND', 'SESSION_NOT_FOUND', 'STORAGE_UNAVAILABLE'],
  emits: ['session:updated', 'task:updated'],
  example: ({ task, session }) => ({
    params: { id: task },
    body: { sessionId: session, message: 'Halfway there' },
  }),
  run: (c, { params: { id: taskId }, body: { message, sessionId, type = 'progress' } }) =>
    respondChange(c, (tx) => {
      findTask(tx, taskId)
      addTimelineEntry(tx, findSession(tx, sessionId), { type, message, taskId })
      tx.emitState('task:updated', taskId)
      return { body: { success: true, taskId, sessionId, message, type } }
    }),
})
