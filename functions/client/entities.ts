/** What the groups of entities have in common: lists, pages, tags. */
import type { Query, Requests } from './requests'

export interface Page<T> {
  items: T[]
  /** `cursor` of the next page; absent on the last. */
  next?: string
  /** How many there are on all pages together. */
  total: number
}

export interface PageOptions {
  /** 1 to 1000. */
  limit: number
  /** `next` of the page before. */
  cursor?: string | undefined
}

export interface Tagged<T> {
  entity: T
  /** Names this very state of the entity: `ifMatch` of a change that must not overwrite another. */
  etag: string
}

export interface ChangeOptions {
  /** The change is refused (412, `PRECONDITION_FAILED`) unless the entity still has this tag. */
  ifMatch?: string | undefined
}

export interface RepeatOptions {
  /**
   * A text of your own for this request, 1 to 200 visible ASCII characters. Sent again with it within 24 hours, as
   * after an answer that was lost, the request does nothing and gets the same answer.
   */
  idempotencyKey?: string | undefined
}

/** The headers that go with a change. */
export const changeHeaders = ({ ifMatch, idempotencyKey }: ChangeOptions & RepeatOptions = {}) => ({
  headers: {
    ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
    ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
  },
})

export const pageOf = async <T>(requests: Requests, path: string, query: Query): Promise<Page<T>> => {
  const { body, headers } = await requests.answer<T[]>('GET', path, { query })
  const next = headers.get('X-Next-Cursor')
  return { items: body, total: Number(headers.get('X-Total-Count')), ...(next !== null && { next }) }
}

export const taggedOf = async <T>(requests: Requests, path: string): Promise<Tagged<T>> => {
  const { body, headers } = await requests.answer<T>('GET', path)
  return { entity: body, etag: headers.get('ETag') ?? '' }
}
