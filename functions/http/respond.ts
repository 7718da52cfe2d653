import { ApiError, type ErrorResponse, errors } from '../../schemas/errors'
import type { Entry } from '../../storage/entry'
import { piecesOf } from '../../storage/parts'
import type { RequestContext } from '../services/app-services'
import { joinPieces } from './joined-pieces'

type Headers = Record<string, string>

/** An answer with a JSON text as its body. The headers of every answer (request id, CORS) come with it. */
export const respondText = (
  c: RequestContext,
  status: number,
  json: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers?: Headers,
): Response => {
  c.env.log.debug(
    { requestId: c.get('requestId'), method: c.req.method, path: c.req.path, status },
    'Answered',
  )
  return new Response(json, {
    status,
    headers: { 'Content-Type': 'application/json', ...c.get('headers'), ...headers },
  })
}

/** An answer with a value as its body. */
export const respond = (c: RequestContext, body: object, status = 200): Response =>
  respondText(c, status, JSON.stringify(body))

/** An entity, as the bytes it is stored as, with its tag; 304 if the caller has it. */
export const respondEntity = (c: RequestContext, entry: Entry, status = 200): Response =>
  respondUnchanged(c, entry, status) ?? respondText(c, status, entry.json, { ETag: entry.etag })

/** The same for one that may be long: that is joined in turns. */
export const respondWhole = (c: RequestContext, entry: Entry): Response | Promise<Response> => {
  if (entry.characters <= maxJoinedAtOnce) return respondEntity(c, entry)
  const unchanged = respondUnchanged(c, entry)
  if (unchanged) return unchanged
  // What is read when it is asked for is read now: later it may be another.
  const pieces = c.env.workspace.isInMemory ? piecesOf(entry.parts) : [...piecesOf(entry.parts)]
  return joinPieces(pieces, c.env.clock, entry.characters).then((json) =>
    respondText(c, 200, json, { ETag: entry.etag }),
  )
}

const maxJoinedAtOnce = 256 * 1024

const respondUnchanged = (c: RequestContext, { etag }: Entry, status = 200): Response | undefined => {
  const known = status === 200 && c.req.method === 'GET' ? c.req.header('If-None-Match') : undefined
  return known !== undefined && matchesEtag(known, etag)
    ? new Response(null, { status: 304, headers: { ...c.get('headers'), ETag: etag } })
    : undefined
}

/** Whether a list of entity tags, or `*`, names this one. */
export const matchesEtag = (tags: string, etag: string): boolean =>
  tags === etag ||
  tags.trim() === '*' ||
  tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)

/** The answer to something that went wrong. What nobody foresaw is logged, and hidden in production. */
export const respondError = (c: RequestContext, error: unknown): Response => {
  if (error instanceof ApiError) {
    // What the storage refuses comes with each request, and where it came from says nothing.
    if (error.code === 'STORAGE_UNAVAILABLE') log(c).warn({ reason: error.message }, 'A request was refused')
    // That this host has no such thing is an answer, and nothing that went wrong.
    else if (error.status >= 500 && error.code !== 'NOT_IMPLEMENTED')
      log(c).error({ code: error.code, err: error }, 'A request failed')
    return respondText(c, error.status, JSON.stringify(errorBody(error)), extraHeaders(error))
  }
  log(c).error({ err: error }, 'A request failed unexpectedly')
  const hidden = c.env.config.nodeEnv === 'production' || !(error instanceof Error)
  const message = hidden ? errors.INTERNAL_ERROR.message : error.message
  const body: ErrorResponse = { error: true, code: 'INTERNAL_ERROR', message }
  return respondText(c, 500, JSON.stringify(body))
}

const log = (c: RequestContext) => c.env.log.child({ requestId: c.get('requestId') ?? '' })

const errorBody = ({ code, message, details }: ApiError): ErrorResponse => ({
  error: true,
  code,
  message,
  ...(details && { details }),
})

/** Headers that belong to an error: what is allowed, when to come again, how to say who one is. */
const extraHeaders = ({ code, details }: ApiError): Headers => {
  if (code === 'UNAUTHORIZED') return { 'WWW-Authenticate': 'Bearer' }
  if (code === 'RANGE_NOT_SATISFIABLE') return { 'Content-Range': `bytes */${details?.size ?? '*'}` }
  if (code === 'METHOD_NOT_ALLOWED' && Array.isArray(details?.allow))
    return { Allow: details.allow.join(', ') }
  return {}
}
