import { AnswerInboxRequest, InboxRequest } from '../../schemas/request'
import { senderOf } from '../../storage/rules/callers'
import { answerRequest as answer } from '../../storage/rules/requests'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const answerRequest = operation({
  method: 'POST',
  path: '/api/requests/:id/answer',
  name: 'requests.answer',
  sessionAccess: 'person',
  ownPagesOnly: true,
  summary: 'Answer a request',
  description:
    'The first answer counts; who comes later is told who answered, and what. Words without an option refuse an approval; of an approval they are also sent to the agent, as a message.',
  body: AnswerInboxRequest,
  answers: { status: 200, schema: InboxRequest },
  errors: [
    'NOT_FOUND',
    'ALREADY_ANSWERED',
    'REQUEST_WITHDRAWN',
    'PRECONDITION_FAILED',
    'STORAGE_UNAVAILABLE',
  ],
  emits: ['request:updated', 'session:updated', 'task:updated', 'message:created'],
  example: ({ request }) => ({ params: { id: request }, body: { text: 'As the old pages have it' } }),
  run: (c, { params: { id }, body: { by = 'user', ...said } }) =>
    changeEntity(c, 'requests', id, (tx) => {
      const from = senderOf(tx, c.get('caller'))
      answer(tx, id, { ...said, from, by: from === 'user' ? by : from })
    }),
})
