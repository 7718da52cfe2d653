import { Session } from '../../schemas/session'
import { stopSession as stop } from '../../storage/rules/endings'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const stopSession = operation({
  method: 'POST',
  path: '/api/sessions/:id/stop',
  name: 'sessions.stop',
  sessionAccess: 'descendant',
  summary: 'Stop a session',
  description:
    'Ends it, and clears what its tasks say of work on them; its runner ends its processes. A session that has ended stays as it is.',
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: [
    'session:updated',
    'queue:item_skipped',
    'queue:updated',
    'task:updated',
    'session:task_removed',
    'task:session_removed',
    'task:released',
  ],
  example: ({ session }) => ({ params: { id: session } }),
  run: (c, { params: { id } }) => changeEntity(c, 'sessions', id, (tx) => stop(tx, id)),
})
