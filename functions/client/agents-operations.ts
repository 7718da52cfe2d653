// Made from the list of operations by `npm run generate`: not to be edited.
import type { RunnerAgent } from '../../schemas/runner'
import { type PageOptions, pageOf } from './entities'
import type { Requests } from './requests'

export const agentsOf = (requests: Requests) => ({
  /** List the agents that runners can start. Of the runners that are there, the longest known first. */
  list: () => requests.ask<RunnerAgent[]>('GET', '/api/agents'),
  /** The same, a page at a time */
  page: (options: PageOptions) => pageOf<RunnerAgent>(requests, '/api/agents', { ...options }),
})
