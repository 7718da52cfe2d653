import * as z from 'zod'
import { ItemsQuery } from '../../schemas/queries'
import { SessionEvent } from '../../schemas/timeline'
import { operation } from '../http/operation'
import { respondItems } from './respond-items'

export const listSessionEvents = operation({
  method: 'GET',
  path: '/api/sessions/:id/events',
  name: 'sessions.events',
  summary: 'List the events that the client of a session recorded',
  sessionAccess: 'read',
  query: ItemsQuery,
  answers: { status: 200, schema: z.array(SessionEvent) },
  errors: ['NOT_FOUND'],
  example: ({ session }) => ({ params: { id: session }, query: { limit: 100 } }),
  run: (c, { params: { id }, query }) => respondItems(c, id, 'events', query),
})
