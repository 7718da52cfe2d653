import { CreateMessageRequest, Message } from '../../schemas/message'
import { senderOf } from '../../storage/rules/callers'
import { sendMessage as send } from '../../storage/rules/messages'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const createMessage = operation({
  method: 'POST',
  path: '/api/sessions/:id/messages',
  name: 'messages.create',
  sessionAccess: 'project',
  ownPagesOnly: true,
  summary: 'Tell a session something',
  description: 'It is stored, and reaches the agent in the order of its mode. With a key it is sent once.',
  body: CreateMessageRequest,
  answers: { status: 201, schema: Message, repeatStatus: 200 },
  errors: ['NOT_FOUND', 'SESSION_ENDED', 'IDEMPOTENCY_KEY_REUSED', 'STORAGE_UNAVAILABLE'],
  emits: ['message:created'],
  example: ({ session }) => ({
    params: { id: session },
    body: { text: 'Leave the old pages as they are', mode: 'steer' },
  }),
  run: (c, { params: { id }, body }) =>
    respondChange(c, (tx) => {
      const { message, isRepeat } = send(tx, id, body, senderOf(tx, c.get('caller')))
      return { entry: tx.entry('messages', message.id), status: isRepeat ? 200 : 201 }
    }),
})
