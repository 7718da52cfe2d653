import { Session } from '../../schemas/session'
import { findSession, findTask } from '../../storage/rules/find'
import { removeTask } from '../../storage/rules/links'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'

export const removeSessionTask = endpoint(
  {
    summary: 'Take a task out of a session',
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'STORAGE_UNAVAILABLE'],
    emits: [
      'session:task_removed',
      'task:session_removed',
      'queue:item_skipped',
      'queue:item_failed',
      'queue:updated',
      'task:updated',
    ],
  },
  async (c) => {
    const id = idOf(c)
    const taskId = c.req.param('taskId') ?? ''
    const entry = await c.env.workspace.change((tx) => {
      findSession(tx, id, 'NOT_FOUND')
      findTask(tx, taskId, 'NOT_FOUND')
      removeTask(tx, id, taskId)
      return tx.entry('sessions', id)
    })
    return answerEntity(c, entry)
  },
)
