/** What pages of other origins may read and send. */
import type { Config } from '../../schemas/config'
import { memoizeLast } from './memoize-last'

type HeaderFields = Readonly<Record<string, string>>

export interface Cors {
  /** For every response, that to a refused request included. */
  corsHeaders(origin: string | undefined): HeaderFields
  /** For the answer to a preflight; `requestedHeaders` is its `Access-Control-Request-Headers`. */
  preflightHeaders(origin: string | undefined, requestedHeaders: string | undefined): HeaderFields
}

const noHeaders: HeaderFields = Object.freeze({})
/** A cache must not hand what one page (or none) was given to another page. */
const varyByOrigin: HeaderFields = Object.freeze({ Vary: 'Origin' })
const exposedNames = [
  'ETag',
  'X-Next-Cursor',
  'X-Total-Count',
  'X-Request-Id',
  'Idempotent-Replayed',
  'Preference-Applied',
]
const exposedHeaders = { 'Access-Control-Expose-Headers': exposedNames.join(', ') }
const anyOrigin: HeaderFields = Object.freeze({ 'Access-Control-Allow-Origin': '*', ...exposedHeaders })

/**
 * `*` is said only where it is true, which takes a token. Without one, a response that says `*` could be put
 * into the browser's cache by an `<img>` (which sends no `Origin`) and then be read from there by any page.
 */
export const cors = (
  { corsEnabled, corsCredentials }: Pick<Config, 'corsEnabled' | 'corsCredentials'>,
  isKnownOrigin: (origin: string) => boolean,
  allowsAnyOrigin: boolean,
): Cors => {
  const credentials = corsCredentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}
  const reflected = memoizeLast((origin): HeaderFields => {
    if (!isKnownOrigin(origin)) return varyByOrigin
    return Object.freeze({
      'Access-Control-Allow-Origin': origin,
      ...credentials,
      ...exposedHeaders,
      ...varyByOrigin,
    })
  })

  const corsHeaders = (origin: string | undefined): HeaderFields => {
    if (!corsEnabled) return noHeaders
    return allowsAnyOrigin && !corsCredentials ? anyOrigin : reflected(origin ?? '')
  }

  const preflightHeaders = (
    origin: string | undefined,
    requestedHeaders: string | undefined,
  ): HeaderFields => {
    const headers = corsHeaders(origin)
    if (!('Access-Control-Allow-Origin' in headers)) return headers
    return {
      ...headers,
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': allowedHeaders(requestedHeaders),
      'Access-Control-Max-Age': '86400',
    }
  }

  return { corsHeaders, preflightHeaders }
}

const allowedHeaderNames = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'X-Request-Id',
  'Last-Event-ID',
  'Idempotency-Key',
  'Prefer',
]

/** A field name of RFC 9110, so that nothing else is echoed into a header. */
const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/i

/** Access is decided by origin and token, so whatever other header a page asks for may come too. */
const allowedHeaders = (requested = ''): string => {
  const names = requested.split(',', 100).map((name) => name.trim())
  if (!names.every((name) => headerName.test(name))) return allowedHeaderNames.join(', ')
  const ours = new Set(allowedHeaderNames.map((name) => name.toLowerCase()))
  return [...allowedHeaderNames, ...names.filter((name) => !ours.has(name.toLowerCase()))].join(', ')
}
