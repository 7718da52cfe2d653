/**
 * Who may call. Spawning a session makes clients run commands, so a server that anyone on the network, or any
 * web page in the developer's browser, can call is a way in. These are the decisions only; they cover HTTP
 * requests and WebSocket upgrades alike.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Config } from '../../schemas/config'
import type { SessionClaim } from '../../storage/rules/callers'
import { isSessionToken } from '../services/session-tokens'

export interface Access {
  /** Whether a request may pass, and what the session token says that it shows. */
  admit(request: AccessRequest): Admission
  /** Why the request is refused, or `undefined` if it may pass. */
  check(request: AccessRequest): Denial | undefined
  /** Whether a page is the server's own, a desktop shell's, or listed by name. */
  isOwnPage(origin: string, host: string | undefined): boolean
  /** For every response, that to a refused request included. */
  corsHeaders(origin: string | undefined): HeaderFields
  /** For the answer to a preflight; `requestedHeaders` is its `Access-Control-Request-Headers`. */
  preflightHeaders(origin: string | undefined, requestedHeaders: string | undefined): HeaderFields
}

type AccessOptions = Pick<Config, 'serverUrl' | 'corsEnabled' | 'corsOrigins' | 'corsCredentials'> & {
  apiToken?: string | undefined
  /** Where there are several tokens: whether this is one. It takes the same time for every wrong one. */
  isToken?: (candidate: string) => boolean
  /** What a session token says; undefined if it does not hold. */
  readSessionToken?: (token: string) => SessionClaim | undefined
  /** The gateway has let the caller in: which pages may do what, and which session calls, it does not know. */
  isBehindGateway?: boolean
  /** Where the host knows no caller's address: `true` serves those callers without a token. */
  trustCaller?: boolean
}

/** What the decisions need of a request. A header that is absent is `undefined`. */
export interface AccessRequest {
  method: string
  path: string
  hasQuery: boolean
  host?: string | undefined
  origin?: string | undefined
  authorization?: string | undefined
  queryToken?: string | undefined
  /** `Sec-WebSocket-Protocol` of a WebSocket, in which a browser can send a token. */
  protocols?: string | undefined
  /** Whether a page may ask only if it is the server's own, a desktop shell's, or listed by name. */
  ownPagesOnly?: boolean | undefined
  /** Whether a WebSocket is asked for. */
  isUpgrade: boolean
  /** Where a browser cannot set headers: a WebSocket, and `/api/events`. */
  tokenInQueryAllowed: boolean
  /** The caller's IP address; `undefined` where it is not known. */
  address?: string | undefined
}

interface Admission {
  /** Why the request is refused. */
  denial?: Denial
  /** What the session token says that it shows, in place of an API token; also where its address is refused, or not known. */
  claim?: SessionClaim | undefined
}

interface Denial {
  code: 'FORBIDDEN' | 'UNAUTHORIZED'
  message: string
}

type HeaderFields = Readonly<Record<string, string>>

/** Made once at start: what every request asks is worked out here. */
export const createAccess = (options: AccessOptions): Access => {
  const isToken = options.isToken ?? (options.apiToken ? tokenCheck(options.apiToken) : undefined)
  const allowsAnyOrigin = isToken !== undefined && options.corsOrigins.includes('*')
  const listed = listedOrigins(options)
  const isKnownOrigin = (origin: string) => listed.has(origin) || isLoopbackOrigin(origin)
  const isOwnPage = (origin: string, host: string | undefined) =>
    listed.has(origin) || isOwnOrigin(origin, host)
  const isServedHost = memoizeLast(servedHosts(options.serverUrl))
  const isLocal = memoizeLast((address) => loopbackAddress.test(address))
  const { readSessionToken = () => undefined } = options

  /** An API token may look like one. */
  const sessionTokenOf = (request: AccessRequest): string | undefined =>
    tokensOf(request).find((token) => isSessionToken(token) && isToken?.(token) !== true)

  const checkPage = ({ ownPagesOnly, origin, host }: AccessRequest) =>
    ownPagesOnly && origin !== undefined && !isOwnPage(origin, host) ? pageRefused(origin) : undefined

  /** Why a page that makes a request is refused. */
  const checkOrigin = (request: AccessRequest): Denial | undefined => {
    const { host, origin } = request
    if (isToken === undefined && !isServedHost(host ?? '')) return hostRefused(host)
    if (origin !== undefined && !allowsAnyOrigin && !isKnownOrigin(origin) && !isOwnOrigin(origin, host))
      return originRefused(origin)
    return checkPage(request)
  }

  const admit = (request: AccessRequest): Admission => {
    const { method, origin, address } = request
    if (!options.isBehindGateway && isForAnyone(request)) return {}
    const denial = options.isBehindGateway ? checkPage(request) : checkOrigin(request)
    if (denial) return { denial }
    if (!options.isBehindGateway && isPublicPage(request)) return {}
    // A browser cannot send a token with a preflight, whose answer says only what CORS allows.
    const isPreflight = method === 'OPTIONS' && origin !== undefined
    const sessionToken = sessionTokenOf(request)
    const claim = sessionToken === undefined ? undefined : readSessionToken(sessionToken)
    if (sessionToken !== undefined && !claim) return { denial: sessionTokenWrong }
    if (options.isBehindGateway) return { claim }
    if (isToken !== undefined)
      return isPreflight || claim || carriesToken(request, isToken) ? { claim } : { denial: tokenMissing }
    const isTrusted = address === undefined ? options.trustCaller === true : isLocal(address)
    return isTrusted ? { claim } : { denial: addressRefused, claim }
  }
  const check = (request: AccessRequest) => admit(request).denial

  return { admit, check, isOwnPage, ...cors(options, isKnownOrigin, allowsAnyOrigin) }
}

/** Load balancers have no token. */
export const isForAnyone = ({ path, hasQuery, method }: AccessRequest): boolean =>
  path === '/health' && !hasQuery && (method === 'GET' || method === 'HEAD')

/** Files without data, for a browser that has no token yet: where `Host` and `Origin` pass, anyone gets them. */
export const isPublicPage = ({ path, method, isUpgrade }: AccessRequest): boolean =>
  path === '/' && !isUpgrade && (method === 'GET' || method === 'HEAD')

/** Callers come one after the other with the same `Host`, `Origin` and address. */
const memoizeLast = <Answer>(ask: (text: string) => Answer): ((text: string) => Answer) => {
  let lastText = ''
  let lastAnswer = ask('')
  return (text) => {
    if (text !== lastText) {
      lastAnswer = ask(text)
      lastText = text
    }
    return lastAnswer
  }
}

const octets = String.raw`127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}`
const loopbackAddress = new RegExp(`^(?:::ffff:)?${octets}$|^::1$`, 'i')
/** `0.0.0.0` and `[::]` are what a server prints that listens on all addresses; `localhost` never leaves the machine. */
const loopbackName = String.raw`(?:[a-z0-9_-]{1,63}\.){0,5}localhost\.?|${octets}|0\.0\.0\.0|\[::1?\]`
const loopbackHost = new RegExp(String.raw`^(?:${loopbackName})(?::\d{1,5})?$`, 'i')
const webScheme = /^https?:\/\//

/** A page that had its own name resolve to this machine (DNS rebinding) still sends that name as `Host`. */
const servedHosts = (serverUrl: string): ((host: string) => boolean) => {
  const ownName = new URL(serverUrl).hostname
  return (host) => loopbackHost.test(host) || host.replace(/:\d{1,5}$/, '').toLowerCase() === ownName
}

/** As a browser sends them from a desktop application's window. */
const desktopOrigins = ['tauri://localhost', 'http://tauri.localhost', 'https://tauri.localhost']

/** Whether an `Origin` is that of a desktop application's window. */
export const isDesktopOrigin = (origin: string | undefined): boolean =>
  origin !== undefined && desktopOrigins.includes(origin)

/** The server's own, a desktop shell's, and those that are listed by name. */
const listedOrigins = ({ serverUrl, corsOrigins }: AccessOptions): ReadonlySet<string> => {
  const listed = new Set([new URL(serverUrl).origin, ...desktopOrigins, ...corsOrigins])
  listed.delete('*')
  listed.delete('null')
  return listed
}

const isLoopbackOrigin = (origin: string): boolean =>
  webScheme.test(origin) && loopbackHost.test(origin.replace(webScheme, ''))

/** Behind a proxy the server does not know its scheme; the proxy may name the default port, a browser never. */
const isOwnOrigin = (origin: string, host: string | undefined): boolean => {
  if (!host) return false
  const name = host.toLowerCase()
  return origin === `http://${name.replace(/:80$/, '')}` || origin === `https://${name.replace(/:443$/, '')}`
}

/** Digests have one length, as `timingSafeEqual` requires, and comparing them reveals nothing of the token's. */
export const tokenCheck = (token: string): ((candidate: string) => boolean) => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(token)
  return (candidate) => timingSafeEqual(digest(candidate), expected)
}

const carriesToken = (request: AccessRequest, isToken: (candidate: string) => boolean): boolean =>
  tokensOf(request).some(isToken)

/** What a request shows as its token. */
export const tokensOf = ({
  authorization = '',
  tokenInQueryAllowed,
  queryToken,
  protocols,
}: AccessRequest): string[] => {
  const bearer = /^bearer +(.+)$/i.exec(authorization)?.[1]
  return [bearer, tokenInQueryAllowed ? queryToken : undefined, protocolToken(protocols)].filter(
    (token) => token !== undefined,
  )
}

/** The token in `maestro, bearer.{base64url token}`. */
const protocolToken = (protocols = ''): string | undefined => {
  const encoded = /(?:^|,)\s*bearer\.([\w-]+)\s*(?:,|$)/.exec(protocols)?.[1]
  if (encoded === undefined) return undefined
  try {
    return atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}

const hostRefused = (host = ''): Denial => {
  const message = `The host "${host.slice(0, 100)}" is not served: use localhost, or set SERVER_URL to the address in use, or MAESTRO_API_TOKEN`
  return { code: 'FORBIDDEN', message }
}

const originRefused = (origin: string): Denial => {
  const message = `Pages of "${origin.slice(0, 100)}" may not call this server: list the origin in CORS_ORIGINS (* counts only with MAESTRO_API_TOKEN)`
  return { code: 'FORBIDDEN', message }
}

/** On a loopback port there may be the dev server of code that nobody has reviewed. */
const pageRefused = (origin: string): Denial => {
  const message = `Pages of "${origin.slice(0, 100)}" may not do this: list the origin by name in CORS_ORIGINS`
  return { code: 'FORBIDDEN', message }
}

const tokenMissing: Denial = Object.freeze({
  code: 'UNAUTHORIZED',
  message: 'The token is missing or wrong: send "Authorization: Bearer" with the value of MAESTRO_API_TOKEN',
})

const sessionTokenWrong: Denial = Object.freeze({
  code: 'UNAUTHORIZED',
  message:
    'The session token does not hold here: it is cut or of another server, or the server has a new MAESTRO_API_TOKEN',
})

const addressRefused: Denial = Object.freeze({
  code: 'FORBIDDEN',
  message: 'Only callers on this machine are served: set MAESTRO_API_TOKEN on the server to serve others',
})

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
const cors = (
  { corsEnabled, corsCredentials }: AccessOptions,
  isKnownOrigin: (origin: string) => boolean,
  allowsAnyOrigin: boolean,
): Pick<Access, 'corsHeaders' | 'preflightHeaders'> => {
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
