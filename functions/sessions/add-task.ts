import { Session } from '../../schemas/session'
import { findSession, findTask } from '../../storage/rules/find'
import { addTask } from '../../storage/rules/links'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'

export const addSessionTask = endpoint(
  {
    summary: 'Put a task into a session',
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'STORAGE_UNAVAILABLE'],
    emits: ['session:task_added', 'task:session_added', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c) => {
    const id = idOf(c)
    const taskId = c.req.param('taskId') ?? ''
    const entry = await c.env.workspace.change((tx) => {
      findSession(tx, id, 'NOT_FOUND')
      findTask(tx, taskId, 'NOT_FOUND')
      addTask(tx, id, taskId)
      return tx.entry('sessions', id)
    })
    return answerEntity(c, entry)
  },
)
