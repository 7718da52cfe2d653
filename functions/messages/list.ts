import * as z from 'zod'
import { Message } from '../../schemas/message'
import { ListMessagesQuery } from '../../schemas/queries'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'
import { storedEntity } from '../http/stored-entity'

export const listMessages = operation({
  method: 'GET',
  path: '/api/sessions/:id/messages',
  name: 'messages.list',
  sessionAccess: 'read',
  summary: 'List what a session was told',
  query: ListMessagesQuery,
  answers: { status: 200, schema: z.array(Message) },
  errors: ['NOT_FOUND'],
  example: ({ session }) => ({ params: { id: session }, query: { state: 'queued' } }),
  run: async (c, { params: { id }, query: { state, ...page } }) => {
    await storedEntity(c, 'sessions', id, 'NOT_FOUND', 'Session not found')
    return respondList(c, 'messages', { state, sessionId: id }, page)
  },
})
