// Made from the list of operations by `npm run generate`: not to be edited.
import type { InboxRequest } from '../../schemas/request'
import { type PageOptions, pageOf } from './entities'
import type { QueryText, Requests } from './requests'

export const inboxOf = (requests: Requests) => ({
  /** List what waits for a person. The open requests of all sessions, unless another state is asked for. */
  list: (
    query: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those of this session */
      sessionId?: QueryText | undefined
      /** Only those of this kind */
      kind?: 'approval' | 'question' | 'stall' | 'limit' | 'budget' | undefined
      /** open (the default), answered, withdrawn, or all */
      state?: 'open' | 'answered' | 'withdrawn' | 'all' | undefined
    } = {},
  ) => requests.ask<InboxRequest[]>('GET', '/api/inbox', { query: { ...query } }),
  /** The same, a page at a time */
  page: (
    options: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those of this session */
      sessionId?: QueryText | undefined
      /** Only those of this kind */
      kind?: 'approval' | 'question' | 'stall' | 'limit' | 'budget' | undefined
      /** open (the default), answered, withdrawn, or all */
      state?: 'open' | 'answered' | 'withdrawn' | 'all' | undefined
    } & PageOptions,
  ) => pageOf<InboxRequest>(requests, '/api/inbox', { ...options }),
})
