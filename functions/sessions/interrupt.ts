import { Session } from '../../schemas/session'
import { senderOf } from '../../storage/rules/callers'
import { interruptSession as interrupt } from '../../storage/rules/messages'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const interruptSession = operation({
  method: 'POST',
  path: '/api/sessions/:id/interrupt',
  name: 'sessions.interrupt',
  sessionAccess: 'descendant',
  ownPagesOnly: true,
  summary: 'Interrupt a session',
  description: 'Ends the turn that runs, and keeps the session: a message with the mode interrupt.',
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'SESSION_ENDED', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['message:created'],
  example: ({ session }) => ({ params: { id: session } }),
  run: (c, { params: { id } }) =>
    changeEntity(c, 'sessions', id, (tx) => interrupt(tx, id, senderOf(tx, c.get('caller')))),
})
