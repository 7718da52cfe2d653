import * as z from 'zod'
import { ItemsQuery } from '../../schemas/queries'
import { SessionTimelineEvent } from '../../schemas/timeline'
import { operation } from '../http/operation'
import { respondItems } from './respond-items'

export const listSessionTimeline = operation({
  method: 'GET',
  path: '/api/sessions/:id/timeline',
  name: 'sessions.timeline',
  summary: 'List the timeline of a session',
  sessionAccess: 'read',
  query: ItemsQuery,
  answers: { status: 200, schema: z.array(SessionTimelineEvent) },
  errors: ['NOT_FOUND'],
  example: ({ session }) => ({ params: { id: session }, query: { limit: 100 } }),
  run: (c, { params: { id }, query }) => respondItems(c, id, 'timeline', query),
})
