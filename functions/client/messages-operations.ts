// Made from the list of operations by `npm run generate`: not to be edited.
import type { CreateMessageRequest, Message, UpdateMessageRequest } from '../../schemas/message'
import { type ChangeOptions, changeHeaders, type PageOptions, pageOf, type RepeatOptions } from './entities'
import { path, type Requests } from './requests'

export const messagesOf = (requests: Requests) => ({
  /** Note how far a message has come. From queued over sending to delivered, refused or unknown, and never back; what is unknown may still be delivered. */
  update: (id: string, body: UpdateMessageRequest, options?: ChangeOptions) =>
    requests.ask<Message>('PATCH', path`/api/messages/${id}`, { body, ...changeHeaders(options) }),
  /** List what a session was told */
  list: (
    id: string,
    query: {
      /** Only those with this state */
      state?: 'queued' | 'sending' | 'delivered' | 'refused' | 'expired' | 'unknown' | undefined
    } = {},
  ) => requests.ask<Message[]>('GET', path`/api/sessions/${id}/messages`, { query: { ...query } }),
  /** The same, a page at a time */
  page: (
    id: string,
    options: {
      /** Only those with this state */
      state?: 'queued' | 'sending' | 'delivered' | 'refused' | 'expired' | 'unknown' | undefined
    } & PageOptions,
  ) => pageOf<Message>(requests, path`/api/sessions/${id}/messages`, { ...options }),
  /** Tell a session something. It is stored, and reaches the agent in the order of its mode. With a key it is sent once. */
  create: (id: string, body: CreateMessageRequest, options?: RepeatOptions) =>
    requests.ask<Message>('POST', path`/api/sessions/${id}/messages`, { body, ...changeHeaders(options) }),
})
