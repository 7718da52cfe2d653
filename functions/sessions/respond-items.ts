import type { ListOf } from '../../storage/kinds'
import { findSession, readerOf } from '../../storage/rules/find'
import { joinTexts } from '../http/joined-pieces'
import { respondText } from '../http/respond'
import type { RequestContext } from '../services/app-services'

/** At most `limit` items, those after the first `cursor` ones. */
interface Page {
  limit?: number | undefined
  cursor?: number | undefined
}

/** Answers with the timeline or the events of a session, oldest first, or a page of them. */
export const respondItems = async (
  c: RequestContext,
  id: string,
  list: ListOf<'sessions'>,
  { limit, cursor = 0 }: Page,
): Promise<Response> => {
  const { texts, total, end } = await c.env.workspace.read((documents) => {
    findSession(readerOf(documents), id, 'NOT_FOUND')
    const items = documents.get('sessions', id)?.items(list)
    const total = items?.length ?? 0
    const end = limit === undefined ? total : cursor + limit
    return { texts: items?.texts(cursor, end) ?? [], total, end }
  })
  return respondText(c, 200, await joinTexts(texts, c.env.clock), {
    'X-Total-Count': String(total),
    ...(end < total && { 'X-Next-Cursor': String(end) }),
  })
}
