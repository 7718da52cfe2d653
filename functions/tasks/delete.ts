import { DeleteResponse } from '../../schemas/responses'
import { deleteTask as remove } from '../../storage/rules/tasks'
import { removeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const deleteTask = operation({
  method: 'DELETE',
  path: '/api/tasks/:id',
  name: 'tasks.delete',
  sessionAccess: 'person',
  summary: 'Delete a task',
  description: 'It leaves its sessions and what depends on it; its children move up to its parent.',
  answers: { status: 200, schema: DeleteResponse },
  errors: ['TASK_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: [
    'session:task_removed',
    'task:session_removed',
    'queue:item_skipped',
    'queue:item_failed',
    'queue:updated',
    'task:updated',
    'task:released',
    'request:updated',
    'task:deleted',
  ],
  example: ({ task }) => ({ params: { id: task } }),
  run: (c, { params: { id } }) => removeEntity(c, 'tasks', id, (tx) => remove(tx, id)),
})
