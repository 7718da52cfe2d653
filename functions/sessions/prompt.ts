import { PromptRequest, PromptResponse } from '../../schemas/message'
import { senderOf } from '../../storage/rules/callers'
import { sendMessage as send } from '../../storage/rules/messages'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const promptSession = operation({
  method: 'POST',
  path: '/api/sessions/:id/prompt',
  name: 'sessions.prompt',
  sessionAccess: 'project',
  ownPagesOnly: true,
  summary: 'Tell a session something, in the words of other programs',
  description: 'The same as a message; the modes send and paste are queue.',
  body: PromptRequest,
  answers: { status: 200, schema: PromptResponse },
  errors: ['NOT_FOUND', 'SESSION_ENDED', 'STORAGE_UNAVAILABLE'],
  emits: ['message:created'],
  example: ({ session }) => ({
    params: { id: session },
    body: { content: 'Leave the old pages as they are', mode: 'steer' },
  }),
  run: (c, { params: { id }, body: { content, mode, senderSessionId } }) =>
    respondChange(c, (tx) => {
      const caller = c.get('caller')
      const named = caller.kind === 'person' && senderSessionId !== undefined
      const from = senderOf(tx, named ? { kind: 'person', sessionId: senderSessionId } : caller)
      const { message } = send(tx, id, { text: content, mode }, from)
      return { body: { success: true, messageId: message.id }, id: message.id }
    }),
})
