// Made from the list of operations by `npm run generate`: not to be edited.
import type { Runner, UpdateRunnerRequest } from '../../schemas/runner'
import { type PageOptions, pageOf } from './entities'
import { path, type Requests } from './requests'

export const runnersOf = (requests: Requests) => ({
  /** List the runners that are there, with what waits and why */
  list: () => requests.ask<Runner[]>('GET', '/api/runners'),
  /** The same, a page at a time */
  page: (options: PageOptions) => pageOf<Runner>(requests, '/api/runners', { ...options }),
  /** Tell that a runner is there. A runner tells it every 10 s, and is forgotten after 30 s. It is not stored, and no event tells of it. */
  update: (id: string, body: UpdateRunnerRequest) =>
    requests.ask<Runner>('PUT', path`/api/runners/${id}`, { body }),
})
