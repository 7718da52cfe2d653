import { Session, UpdateSessionRequest } from '../../schemas/session'
import { updateSession as update } from '../../storage/rules/sessions'
import { changeEntity } from '../http/change-entity'
import { endpointWithBody } from '../http/operation'

export const updateSession = endpointWithBody(
  {
    summary: 'Update a session',
    description: 'events and timeline are appended, metadata is merged by top-level key, env is replaced.',
    body: UpdateSessionRequest,
    answers: { status: 200, schema: Session },
    errors: ['SESSION_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: [
      'session:updated',
      'session:task_added',
      'task:session_added',
      'session:task_removed',
      'task:session_removed',
      'queue:updated',
      'task:updated',
      'queue:item_skipped',
      'queue:item_failed',
    ],
  },
  (c, body) => changeEntity(c, 'sessions', (tx, id) => update(tx, id, body)),
)
