import { Message, UpdateMessageRequest } from '../../schemas/message'
import { updateMessage as update } from '../../storage/rules/messages'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const updateMessage = operation({
  method: 'PATCH',
  path: '/api/messages/:id',
  name: 'messages.update',
  sessionAccess: 'self',
  summary: 'Note how far a message has come',
  description:
    'From queued over sending to delivered, refused or unknown, and never back; what is unknown may still be delivered.',
  body: UpdateMessageRequest,
  answers: { status: 200, schema: Message },
  errors: ['NOT_FOUND', 'INVALID_STATE', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['message:updated'],
  example: ({ message }) => ({ params: { id: message }, body: { state: 'sending' } }),
  run: (c, { params: { id }, body }) => changeEntity(c, 'messages', id, (tx) => update(tx, id, body)),
})
