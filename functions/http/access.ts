/**
 * Who may call. Spawning a session makes clients run commands, so a server that anyone on the network, or any
 * web page in the developer's browser, can call is a way in. These are the decisions only; they cover HTTP
 * requests and WebSocket upgrades alike.
 */
import type { Config } from '../../schemas/config'
import type { SessionClaim } from '../../storage/rules/callers'
import { isSessionToken } from '../services/session-tokens'
import { type Cors, cors } from './cors'
import { memoizeLast } from './memoize-last'
import { type ShownTokens, tokenCheck, tokensOf } from './shown-tokens'

export interface Access extends Cors {
  /** Whether a request may pass, and what the session token says that it shows. */
  admit(request: AccessRequest): Admission
  /** Why the request is refused, or `undefined` if it may pass. */
  check(request: AccessRequest): Denial | undefined
  /** Whether a page is the server's own, a desktop shell's, or listed by name. */
  isOwnPage(origin: string, host: string | undefined): boolean
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
export interface AccessRequest extends ShownTokens {
  method: string
  path: string
  hasQuery: boolean
  host?: string | undefined
  origin?: string | undefined
  /** Whether a page may ask only if it is the server's own, a desktop shell's, or listed by name. */
  ownPagesOnly?: boolean | undefined
  /** Whether a WebSocket is asked for. */
  isUpgrade: boolean
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
  (path === '/' || path.startsWith('/console/')) && !isUpgrade && (method === 'GET' || method === 'HEAD')

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

const carriesToken = (request: AccessRequest, isToken: (candidate: string) => boolean): boolean =>
  tokensOf(request).some(isToken)

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
