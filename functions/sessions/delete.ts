import { DeleteResponse } from '../../schemas/responses'
import { deleteSession as remove } from '../../storage/rules/sessions'
import { removeEntity } from '../http/change-entity'
import { endpoint } from '../http/operation'

export const deleteSession = endpoint(
  {
    summary: 'Delete a session',
    description: 'It leaves its tasks; its queue goes with it, its folder with the manifest stays.',
    answers: { status: 200, schema: DeleteResponse },
    errors: ['SESSION_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['session:task_removed', 'task:session_removed', 'session:deleted'],
  },
  (c) => removeEntity(c, 'sessions', remove),
)
