import { Session, UpdateSessionRequest } from '../../schemas/session'
import { updateSession as update } from '../../storage/rules/sessions'
import { answerEntity } from '../answers'
import { endpointWithBody } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

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
  async (c, body) => {
    const id = idOf(c)
    const entry = await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'sessions', id)
      update(tx, id, body)
      return tx.entry('sessions', id)
    })
    return answerEntity(c, entry)
  },
)
