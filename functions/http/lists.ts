import { cursorOf } from '../../schemas/queries'
import type { Documents, Where } from '../../storage/documents'
import type { Entry } from '../../storage/entry'
import type { Kind } from '../../storage/kinds'
import { comparePositions, type Position } from '../../storage/ordered'
import type { RequestContext } from '../services/app-services'
import { arrayLength, arrayPieces, joinPieces } from './joined-pieces'
import { respondText } from './respond'
import { streamList } from './streamed-list'

/** Which part of a list is wanted: at most `limit` entities, those after `cursor`; with `newest`, the last first. */
interface PageRequest {
  limit?: number | undefined
  cursor?: Position | undefined
  order?: string | undefined
}

/** Field values that entities must have; undefined filters nothing. */
type Filters = Readonly<Record<string, string | undefined>>

/** A list of more entries is made in turns. */
const maxJoinedAtOnce = 100

/** A list of entities as a JSON array, oldest first unless asked otherwise, or a page of it; `keep` leaves some out. */
export const respondList = async <K extends Kind>(
  c: RequestContext,
  kind: K,
  filters: Filters,
  { limit, cursor, order }: PageRequest,
  keep?: (entry: Entry<K>) => boolean,
): Promise<Response> => {
  const { workspace } = c.env
  const where = whereOf(filters)
  const isNewestFirst = order === 'newest'
  if (!workspace.isInMemory && limit === undefined && cursor === undefined && !isNewestFirst) {
    const everything = (documents: Documents) => streamList(documents, kind, where, keep ?? (() => true))
    const { body, total } = await workspace.read(everything)
    return respondText(c, 200, body, { 'X-Total-Count': String(total) })
  }
  const { entries, total } = await workspace.read((documents) => {
    if (!keep && limit !== undefined)
      return {
        entries: documents.list(kind, where, { after: cursor, limit: limit + 1, isNewestFirst }),
        total: documents.count(kind, where),
      }
    const all = documents.list(kind, where, { isNewestFirst })
    const kept = keep ? all.filter(keep) : all
    const rest = cursor ? kept.filter((entry) => isBeyond(entry, cursor, isNewestFirst)) : kept
    // A list of everything is the index itself: copied, since it is sent later.
    return { entries: limit === undefined ? [...rest] : rest.slice(0, limit + 1), total: kept.length }
  })
  const page = limit === undefined ? entries : entries.slice(0, limit)
  const last = page.at(-1)
  const hasMore = page.length < entries.length
  const json =
    page.length > maxJoinedAtOnce
      ? await joinPieces(
          arrayPieces(page, (entry) => entry.brief),
          c.env.clock,
          arrayLength(page, ({ characters }) => characters),
        )
      : `[${page.map((entry) => entry.brief).join()}]`
  return respondText(c, 200, json, {
    'X-Total-Count': String(total),
    ...(hasMore && last && { 'X-Next-Cursor': cursorOf(last) }),
  })
}

const whereOf = (filters: Filters): Where => {
  const where: Record<string, string> = {}
  for (const [field, value] of Object.entries(filters)) if (value !== undefined) where[field] = value
  return where
}

/** Whether an entry comes after a position, in the order that is asked for. */
const isBeyond = (entry: Position, position: Position, isNewestFirst: boolean): boolean =>
  isNewestFirst ? comparePositions(entry, position) < 0 : comparePositions(entry, position) > 0
