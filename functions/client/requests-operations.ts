// Made from the list of operations by `npm run generate`: not to be edited.
import type { AnswerInboxRequest, CreateInboxRequest, InboxRequest } from '../../schemas/request'
import { type ChangeOptions, changeHeaders, type RepeatOptions, taggedOf } from './entities'
import { path, type Requests } from './requests'

export const requestsOf = (requests: Requests) => ({
  /** Get a request */
  get: (id: string) => requests.ask<InboxRequest>('GET', path`/api/requests/${id}`),
  /** The same, with the tag that names this very state */
  getTagged: (id: string) => taggedOf<InboxRequest>(requests, path`/api/requests/${id}`),
  /** Answer a request. The first answer counts; who comes later is told who answered, and what. Words without an option refuse an approval; of an approval they are also sent to the agent, as a message. */
  answer: (id: string, body: AnswerInboxRequest, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<InboxRequest>('POST', path`/api/requests/${id}/answer`, { body, ...changeHeaders(options) }),
  /** Note that the agent has the answer */
  delivered: (id: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<InboxRequest>('POST', path`/api/requests/${id}/delivered`, changeHeaders(options)),
  /** Withdraw a request. Nobody needs to answer it any more. One that is withdrawn stays as it is, and so does what is asked about a task whose sessions were lost, unless a person withdraws it. */
  withdraw: (id: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<InboxRequest>('POST', path`/api/requests/${id}/withdraw`, changeHeaders(options)),
  /** Ask something of a person. Until it is answered or withdrawn, the session and the task that it is about say that they wait. */
  create: (id: string, body: CreateInboxRequest, options?: RepeatOptions) =>
    requests.ask<InboxRequest>('POST', path`/api/sessions/${id}/requests`, {
      body,
      ...changeHeaders(options),
    }),
})
