import * as z from 'zod'
import { ItemsQuery } from '../../schemas/queries'
import { Runner } from '../../schemas/runner'
import { operation } from '../http/operation'
import { respondPage } from '../http/respond-page'

export const listRunners = operation({
  method: 'GET',
  path: '/api/runners',
  name: 'runners.list',
  sessionAccess: 'read',
  summary: 'List the runners that are there, with what waits and why',
  query: ItemsQuery,
  answers: { status: 200, schema: z.array(Runner) },
  example: () => ({}),
  run: (c, { query }) => respondPage(c, c.env.runners.list(), query),
})
