import { validationError } from '../../schemas/problems'
import type { Documents, Where } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import { isSafeId } from '../../storage/ids'
import type { Kind } from '../../storage/kinds'
import type { Position } from '../../storage/ordered'
import type { RequestContext } from '../services/app-services'
import { respondText } from './respond'
import { streamList } from './streamed-list'

/** What the query of every list understands. */
export const pageQuery = {
  limit: 'At most so many, 1 to 1000; without it the whole list comes',
  cursor: 'Where to go on: X-Next-Cursor of the page before',
}

const maxPageSize = 1000

/** A list of entities as a JSON array, oldest first, or a page of it; `keep` leaves some out. */
export const respondList = async <K extends Kind>(
  c: RequestContext,
  kind: K,
  where: Where,
  keep?: (entry: Entry<K>) => boolean,
): Promise<Response> => {
  const limit = readLimit(c.req.query('limit'))
  const after = readCursor(c.req.query('cursor'))
  const { driver } = c.env.workspace
  if (driver.documents && limit === undefined && after === undefined) {
    const everything = (documents: Documents) => streamList(documents, kind, where, keep ?? (() => true))
    const { body, total } = await c.env.workspace.read(everything)
    return respondText(c, 200, body, { 'X-Total-Count': String(total) })
  }
  const { entries, total } = await c.env.workspace.read((documents) => {
    if (!keep && limit !== undefined)
      return {
        entries: documents.list(kind, where, { after, limit: limit + 1 }),
        total: documents.count(kind, where),
      }
    const all = documents.list(kind, where)
    const kept = keep ? all.filter(keep) : all
    const rest = after ? kept.filter((entry) => isAfter(entry, after)) : kept
    // A list of everything is the index itself: copied, since it is sent later.
    return { entries: limit === undefined ? [...rest] : rest.slice(0, limit + 1), total: kept.length }
  })
  const page = limit === undefined ? entries : entries.slice(0, limit)
  const last = page.at(-1)
  const more = page.length < entries.length
  return respondText(c, 200, `[${page.map((entry) => entry.json).join()}]`, {
    'X-Total-Count': String(total),
    ...(more && last && { 'X-Next-Cursor': cursorOf(last) }),
  })
}

const readLimit = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > maxPageSize)
    throw validationError([
      { path: 'limit', message: `limit must be a whole number from 1 to ${maxPageSize}` },
    ])
  return limit
}

/** A cursor is the position of the last entity of a page: it holds even when that entity is gone. */
const cursorOf = ({ created, id }: Position): string => btoa(`${created}:${id}`).replaceAll('=', '')

const readCursor = (cursor: string | undefined): Position | undefined => {
  if (cursor === undefined) return undefined
  const [, created, id] = /^(\d{1,15}):(.+)$/.exec(decode(cursor)) ?? []
  if (created === undefined || id === undefined || !isSafeId(id))
    throw validationError([{ path: 'cursor', message: 'cursor is not valid' }])
  return { created: Number(created), id }
}

const decode = (text: string): string => {
  try {
    return atob(text)
  } catch {
    return ''
  }
}

const isAfter = (entry: Position, position: Position): boolean =>
  entry.created > position.created || (entry.created === position.created && entry.id > position.id)
