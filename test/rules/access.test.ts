import { describe, expect, test } from 'vitest'
import { createAccess } from '../../functions/http/access'
import { answer, call, listed, openServer, protectedServer, token } from './access-callers'

describe('without a token', () => {
  test.each([
    ['a script on this machine is served', 'served', {}],
    ['over IPv6', 'served', { host: '[::1]:3000', address: '::1' }],
    ['over IPv4 on an IPv6 socket', 'served', { host: '127.0.0.1:3000', address: '::ffff:127.0.0.1' }],
    ['on another loopback address', 'served', { host: '127.8.4.2', address: '127.8.4.2' }],
    ['under the name that SERVER_URL tells sessions', 'served', { host: 'DevBox.lan' }],
    ['under a name of its own on this machine', 'served', { host: 'app.localhost:3000' }],
    ['and one of several labels', 'served', { host: 'api.my-app_2.LOCALHOST' }],
    ['under localhost as the root knows it', 'served', { host: 'localhost.:3000' }],
    ['under the address that listens on all', 'served', { host: '0.0.0.0:3000' }],
    ['and that of IPv6', 'served', { host: '[::]:3000' }],
    ['nor under a name that only looks like one', 'FORBIDDEN', { host: 'app.localhost.evil.example' }],
    ['nor under one without a label', 'FORBIDDEN', { host: '.localhost' }],
    ['nor under one that goes on', 'FORBIDDEN', { host: 'xlocalhost' }],
    ['nor under another address of nobody', 'FORBIDDEN', { host: '0.0.0.1' }],
    ['another machine gets nothing', 'FORBIDDEN', { address: '192.168.1.7' }],
    ['nor one on an IPv6 network', 'FORBIDDEN', { address: 'fe80::1' }],
    ['nor one whose address only begins like ours', 'FORBIDDEN', { address: '127.0.0.1.2' }],
    ['nor a caller whose address is unknown', 'FORBIDDEN', { address: undefined }],
    ['a rebound DNS name gets nothing', 'FORBIDDEN', { host: 'evil.example:3000' }],
    ['nor a name that begins like ours', 'FORBIDDEN', { host: 'localhost.evil.example' }],
    ['nor one that begins like a loopback address', 'FORBIDDEN', { host: '127.0.0.1.evil.example' }],
    ['nor one that ends like ours', 'FORBIDDEN', { host: 'evil-localhost:3000' }],
    ['nor a request without Host', 'FORBIDDEN', { host: undefined }],
    ['nor one with an empty Host', 'FORBIDDEN', { host: '' }],
    ['a web page gets nothing though CORS_ORIGINS is *', 'FORBIDDEN', { origin: 'https://evil.example' }],
    ['nor a page without an origin (sandbox, file)', 'FORBIDDEN', { origin: 'null' }],
    ['nor a page with an empty origin', 'FORBIDDEN', { origin: '' }],
    ['nor one that tries to be * itself', 'FORBIDDEN', { origin: '*' }],
    ['nor one on a name that begins like ours', 'FORBIDDEN', { origin: 'http://localhost.evil.example' }],
    ['nor one with our name as its user name', 'FORBIDDEN', { origin: 'http://localhost@evil.example' }],
    ['nor an extension that is named like us', 'FORBIDDEN', { origin: 'chrome-extension://localhost' }],
    ['nor on another port of the SERVER_URL host', 'FORBIDDEN', { origin: 'http://devbox.lan:9' }],
    ['a dev server on localhost keeps working', 'served', { origin: 'http://localhost:5173' }],
    ['and one on 127.0.0.1', 'served', { origin: 'https://127.0.0.1:8443' }],
    ['and one on [::1]', 'served', { origin: 'http://[::1]:5173' }],
    ['and one on a name of its own', 'served', { origin: 'http://ui.localhost:5173' }],
    ['and one on 0.0.0.0', 'served', { origin: 'http://0.0.0.0:5173' }],
    ['nor a page on a name that goes on', 'FORBIDDEN', { origin: 'http://ui.localhost.evil.example' }],
    ['the desktop application keeps working', 'served', { origin: 'tauri://localhost' }],
    ['on Windows', 'served', { origin: 'http://tauri.localhost' }],
    ['with https', 'served', { origin: 'https://tauri.localhost' }],
    ['pages that the server itself delivered work', 'served', { origin: 'http://devbox.lan:3000' }],
    ['behind a TLS proxy', 'served', { host: 'devbox.lan:443', origin: 'https://devbox.lan' }],
    [
      'an allowed page on another machine gets nothing',
      'FORBIDDEN',
      {
        origin: 'http://localhost:5173',
        address: '10.0.0.2',
      },
    ],
    [
      'a preflight of a foreign page gets nothing',
      'FORBIDDEN',
      {
        method: 'OPTIONS',
        origin: 'https://evil.example',
      },
    ],
  ])('%s', (_name, expected, request) => {
    expect(answer(openServer, request)).toBe(expected)
  })

  test('a page listed by name is served, with CORS headers or without', () => {
    expect(answer(listed, { origin: 'https://ui.example' })).toBe('served')
    expect(answer({ ...listed, corsEnabled: false }, { origin: 'https://ui.example' })).toBe('served')
    expect(answer(listed, { origin: 'http://ui.example' })).toBe('FORBIDDEN')
    expect(answer(listed, { origin: 'https://ui.example.evil.example' })).toBe('FORBIDDEN')
  })

  test('a host that knows no addresses serves only where it says that it trusts its callers', () => {
    const check = createAccess({ ...openServer, trustCaller: true }).check
    expect(check({ ...call, address: undefined })).toBeUndefined()
    expect(check({ ...call, address: '10.0.0.2' })?.code).toBe('FORBIDDEN')
    expect(check({ ...call, address: undefined, host: 'evil.example' })?.code).toBe('FORBIDDEN')
  })

  test('an empty token protects nothing, so it opens nothing', () => {
    const request = { address: '10.0.0.2', tokenInQueryAllowed: true, queryToken: '' }
    expect(answer({ ...protectedServer, apiToken: '' }, request)).toBe('FORBIDDEN')
  })

  test('whoever is refused reads what to do about it', () => {
    const { check } = createAccess(openServer)
    expect(check({ ...call, host: 'evil.example' })?.message).toMatch(/evil\.example.*SERVER_URL/)
    expect(check({ ...call, origin: 'https://a.example' })?.message).toMatch(/a\.example.*CORS_ORIGINS/)
    expect(check({ ...call, address: '10.0.0.2' })?.message).toContain('MAESTRO_API_TOKEN')
  })
})

describe('with a token', () => {
  const away = { host: 'evil.example', address: '203.0.113.9' }
  const bearer = { authorization: `Bearer ${token}` }
  const protocolsWith = (text: string) => `maestro, bearer.${Buffer.from(text).toString('base64url')}`
  const query = { tokenInQueryAllowed: true, queryToken: token }

  test.each([
    ['whoever has it is served, wherever they are', 'served', { ...away, ...bearer }],
    ['the scheme may be in lower case', 'served', { ...away, authorization: `bearer ${token}` }],
    ['a page of any origin that has it is served', 'served', { origin: 'https://other.example', ...bearer }],
    ['even one without an origin', 'served', { origin: 'null', ...bearer }],
    ['a WebSocket may bring it in its URL', 'served', { ...away, ...query }],
    ['through a proxy that adds its own login', 'served', { ...query, authorization: 'Basic dTpw' }],
    ['other requests may not, as URLs end up in logs', 'UNAUTHORIZED', { queryToken: token }],
    ['this machine gets nothing without it', 'UNAUTHORIZED', {}],
    ['a wrong one is refused', 'UNAUTHORIZED', { authorization: `Bearer ${token}x` }],
    ['a part of it is refused', 'UNAUTHORIZED', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['another case of it is refused', 'UNAUTHORIZED', { authorization: `Bearer ${token.toUpperCase()}` }],
    ['an empty one is refused', 'UNAUTHORIZED', { authorization: 'Bearer ' }],
    ['a WebSocket may send it as a protocol', 'served', { isUpgrade: true, protocols: protocolsWith(token) }],
    ['one that is cut there is refused', 'UNAUTHORIZED', { protocols: protocolsWith(token.slice(1)) }],
    ['what is no base64url there is refused', 'UNAUTHORIZED', { protocols: 'maestro, bearer.a' }],
    ['an empty one in the URL is refused', 'UNAUTHORIZED', { ...query, queryToken: '' }],
    ['without a scheme it is refused', 'UNAUTHORIZED', { authorization: token }],
    [
      'a preflight, which cannot bring it, is answered',
      'served',
      {
        ...away,
        method: 'OPTIONS',
        origin: 'https://other.example',
      },
    ],
    ['OPTIONS that is no preflight is refused', 'UNAUTHORIZED', { method: 'OPTIONS' }],
  ])('%s', (_name, expected, request) => {
    expect(answer(protectedServer, request)).toBe(expected)
  })

  test('a page that is not listed is refused before the token is looked at', () => {
    const settings = { ...protectedServer, corsOrigins: ['https://ui.example'] }
    for (const authorization of [undefined, bearer.authorization]) {
      expect(answer(settings, { origin: 'https://evil.example', authorization })).toBe('FORBIDDEN')
      expect(answer(settings, { origin: 'null', authorization })).toBe('FORBIDDEN')
    }
    expect(answer(settings, { origin: 'https://ui.example', ...bearer })).toBe('served')
  })
})

describe('the page at /', () => {
  const anyone = { path: '/', host: 'localhost', address: '10.0.0.2' }

  test.each([
    ['a browser without a token gets it', 'served', {}],
    ['also its head', 'served', { method: 'HEAD' }],
    ['a WebSocket there gets nothing', 'refused', { isUpgrade: true, tokenInQueryAllowed: true }],
    ['nor does what changes something', 'refused', { method: 'POST' }],
    ['nor a page from elsewhere', 'refused', { origin: 'https://evil.example' }],
    ['nor another path', 'refused', { path: '//' }],
  ])('%s', (_name, expected, request) => {
    for (const settings of [openServer, { ...protectedServer, corsOrigins: [] }])
      expect(answer(settings, { ...anyone, ...request }) === 'served').toBe(expected === 'served')
    if (expected === 'served')
      expect(answer(openServer, { ...anyone, host: 'evil.example' })).toBe('FORBIDDEN')
  })
})

test.each([
  ['GET', 'served', {}],
  ['HEAD', 'served', { method: 'HEAD' }],
  ['with parameters, which tell more', 'refused', { hasQuery: true }],
  ['POST', 'refused', { method: 'POST' }],
  ['a path that only begins like it', 'refused', { path: '/healthy' }],
])('a load balancer anywhere sees /health and nothing more: %s', (_name, expected, request) => {
  const anyone = { path: '/health', host: 'any.example', origin: 'https://a.example', address: '10.0.0.2' }
  for (const settings of [openServer, protectedServer]) {
    expect(answer(settings, { ...anyone, ...request }) === 'served').toBe(expected === 'served')
  }
})
