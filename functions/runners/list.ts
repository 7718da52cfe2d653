import * as z from 'zod'
import { Runner } from '../../schemas/runner'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const listRunners = operation({
  method: 'GET',
  path: '/api/runners',
  name: 'runners.list',
  sessionAccess: 'read',
  summary: 'List the runners that are there, with what waits and why',
  answers: { status: 200, schema: z.array(Runner) },
  example: () => ({}),
  run: (c) => respond(c, c.env.runners.list()),
})
