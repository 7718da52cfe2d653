import { DeleteResponse } from '../../schemas/responses'
import { deleteSession as remove } from '../../storage/rules/sessions'
import { answerDeleted } from '../answers'
import { endpoint } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

export const deleteSession = endpoint(
  {
    summary: 'Delete a session',
    description: 'It leaves its tasks; its queue goes with it, its folder with the manifest stays.',
    answers: { status: 200, schema: DeleteResponse },
    errors: ['SESSION_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['session:task_removed', 'task:session_removed', 'session:deleted'],
  },
  async (c) => {
    const id = idOf(c)
    await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'sessions', id)
      remove(tx, id)
    })
    return answerDeleted(c, id)
  },
)
