import type { RequestContext } from '../services/app-services'
import { respondText } from './respond'

/** Answers with what is held whole, in its order, or a page of it: at most `limit`, those after the first `cursor` ones. */
export const respondPage = (
  c: RequestContext,
  items: readonly unknown[],
  { limit = items.length, cursor = 0 }: { limit?: number | undefined; cursor?: number | undefined },
): Response => {
  const end = cursor + limit
  return respondText(c, 200, JSON.stringify(items.slice(cursor, end)), {
    'X-Total-Count': String(items.length),
    ...(end < items.length && { 'X-Next-Cursor': String(end) }),
  })
}
