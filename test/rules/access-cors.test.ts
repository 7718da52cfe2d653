import { describe, expect, test } from 'vitest'
import { createAccess } from '../../functions/http/access'
import { listed, openServer, protectedServer } from './access-callers'

describe('CORS headers', () => {
  const expose = {
    'Access-Control-Expose-Headers':
      'ETag, X-Next-Cursor, X-Total-Count, X-Request-Id, Idempotent-Replayed, Preference-Applied',
  }

  test('any page may read where a token makes * true', () => {
    const { corsHeaders } = createAccess(protectedServer)
    expect(corsHeaders('https://a.example')).toEqual({ 'Access-Control-Allow-Origin': '*', ...expose })
    expect(corsHeaders(undefined)).toBe(corsHeaders('https://a.example'))
  })

  test('without a token a page cannot read from the browser cache what it may not fetch', () => {
    const { corsHeaders } = createAccess(openServer)
    expect(corsHeaders(undefined)).toEqual({ Vary: 'Origin' })
    expect(corsHeaders('https://evil.example')).toEqual({ Vary: 'Origin' })
  })

  test.each([
    'http://localhost:5173',
    'http://127.0.0.1:5173',
    'tauri://localhost',
    'http://devbox.lan:3000',
    'https://ui.example',
  ])('a page that is served can read the answer: %s', (origin) => {
    const { corsHeaders } = createAccess(listed)
    const reflected = { 'Access-Control-Allow-Origin': origin, ...expose, Vary: 'Origin' }
    expect(corsHeaders(origin)).toEqual(reflected)
    expect(corsHeaders(origin)).toBe(corsHeaders(origin))
  })

  test('credentials are for listed origins only, never for all', () => {
    const settings = { ...protectedServer, corsCredentials: true, corsOrigins: ['https://ui.example'] }
    const { corsHeaders } = createAccess(settings)
    expect(corsHeaders('https://ui.example')).toMatchObject({
      'Access-Control-Allow-Origin': 'https://ui.example',
      'Access-Control-Allow-Credentials': 'true',
    })
    expect(corsHeaders('https://evil.example')).toEqual({ Vary: 'Origin' })
  })

  test('with CORS disabled no page reads anything', () => {
    const { corsHeaders, preflightHeaders } = createAccess({ ...listed, corsEnabled: false })
    expect(corsHeaders('https://ui.example')).toEqual({})
    expect(preflightHeaders('https://ui.example', 'X-Mine')).toEqual({})
  })

  test('a page can send every method and header of the API after one preflight a day', () => {
    const { preflightHeaders } = createAccess(openServer)
    expect(preflightHeaders('http://localhost:5173', undefined)).toMatchObject({
      'Access-Control-Allow-Origin': 'http://localhost:5173',
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, If-Match, If-None-Match, X-Request-Id, Last-Event-ID, Idempotency-Key, Prefer',
      'Access-Control-Max-Age': '86400',
    })
    expect(preflightHeaders('https://evil.example', undefined)).toEqual({ Vary: 'Origin' })
  })

  test('headers of its own that a page asks for are allowed, and nothing else is echoed', () => {
    const { preflightHeaders } = createAccess(protectedServer)
    const allowed = (requested: string) =>
      preflightHeaders('https://a.example', requested)['Access-Control-Allow-Headers']
    const always =
      'Authorization, Content-Type, If-Match, If-None-Match, X-Request-Id, Last-Event-ID, Idempotency-Key, Prefer'
    expect(allowed('content-type,x-trace')).toBe(`${always}, x-trace`)
    expect(allowed('x-trace\r\nSet-Cookie: a=b')).toBe(always)
    expect(allowed('')).toBe(always)
  })
})
