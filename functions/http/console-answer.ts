/** Answers with the files of the console: what a browser may do with them, and for how long it may keep them. */
import type { ConsoleFile } from '../services/console'

/** The address below which the files are that the page loads. */
const consolePath = '/console/'

/** The name of the page itself. */
const consolePage = 'console.html'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

/** As files of a build are named: nothing else is looked up. */
const goodName = /^console-[\w-]+\.(?:js|css)$/

/** The file that a path asks for; undefined: none of the console's. */
export const consoleFileName = (path: string): string | undefined => {
  if (path === '/') return consolePage
  const name = path.startsWith(consolePath) ? path.slice(consolePath.length) : ''
  return goodName.test(name) ? name : undefined
}

/** Not every browser takes a WebSocket to the same host for one to `self`. What is no host is not written there. */
const socketSources = (host: string | undefined): string =>
  host !== undefined && /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host)
    ? ` ws://${host} wss://${host}`
    : ''

/** No inline script or style, nothing of other hosts, nobody who frames it. */
const policyFor = (host: string | undefined): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${socketSources(host)}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

interface Asked {
  method: string
  host: string | undefined
  acceptEncoding?: string | undefined
}

/** `headers`: those of every answer. The page is asked for anew each time; the others have their content in their name. */
export const consoleAnswer = (
  name: string,
  { bytes, gzip }: ConsoleFile,
  { method, host, acceptEncoding = '' }: Asked,
  headers: Readonly<Record<string, string>>,
): Response => {
  const isPacked = gzip !== undefined && /\bgzip\b/.test(acceptEncoding)
  return new Response(method === 'HEAD' ? null : isPacked ? gzip : bytes, {
    headers: {
      ...headers,
      'Content-Type': types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
      'Content-Security-Policy': policyFor(host),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': name === consolePage ? 'no-cache' : 'public, max-age=31536000, immutable',
      ...(gzip !== undefined && { Vary: [headers.Vary, 'Accept-Encoding'].filter(Boolean).join(', ') }),
      ...(isPacked && { 'Content-Encoding': 'gzip' }),
    },
  })
}
