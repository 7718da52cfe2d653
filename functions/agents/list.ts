import * as z from 'zod'
import { ItemsQuery } from '../../schemas/queries'
import { RunnerAgent } from '../../schemas/runner'
import { operation } from '../http/operation'
import { respondPage } from '../http/respond-page'

export const listAgents = operation({
  method: 'GET',
  path: '/api/agents',
  name: 'agents.list',
  sessionAccess: 'read',
  summary: 'List the agents that runners can start',
  description: 'Of the runners that are there, the longest known first.',
  query: ItemsQuery,
  answers: { status: 200, schema: z.array(RunnerAgent) },
  example: () => ({}),
  run: (c, { query }) =>
    respondPage(
      c,
      c.env.runners
        .list()
        .flatMap(({ id, host, agents }) => agents.map((agent) => ({ ...agent, runnerId: id, host }))),
      query,
    ),
})
