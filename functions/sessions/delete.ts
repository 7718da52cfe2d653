import { DeleteResponse } from '../../schemas/responses'
import { deleteSession as remove } from '../../storage/rules/sessions'
import { removeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const deleteSession = operation({
  method: 'DELETE',
  path: '/api/sessions/:id',
  name: 'sessions.delete',
  sessionAccess: 'person',
  summary: 'Delete a session',
  description:
    'It leaves its tasks; its queue, its requests and its messages go with it, its folder with the manifest stays.',
  answers: { status: 200, schema: DeleteResponse },
  errors: ['SESSION_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: [
    'task:updated',
    'task:released',
    'session:updated',
    'session:task_removed',
    'task:session_removed',
    'session:deleted',
  ],
  example: ({ session }) => ({ params: { id: session } }),
  run: (c, { params: { id } }) => removeEntity(c, 'sessions', id, (tx) => remove(tx, id)),
})
