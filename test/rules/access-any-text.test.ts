import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAccess } from '../../functions/http/access'
import { scaled } from '../random'
import { call, openServer, protectedServer, token } from './access-callers'

describe('for any text at all', () => {
  const piece = fc.constantFrom(
    ...[
      'localhost',
      '127.0.0.1',
      '[::1]',
      '[::]',
      'devbox.lan',
      'evil.example',
      '::1',
      '127',
      '0',
      '.',
      ':',
      '3000',
    ],
    ...[
      '@',
      '/',
      '\\',
      '#',
      '?',
      ' ',
      '\t',
      '\n',
      '%00',
      '\u0000',
      'LOCALHOST',
      'http://',
      'tauri://',
      'ı',
      '。',
    ],
  )
  const text = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    fc.string(),
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
  )
  const ownNames = /^((.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|devbox\.lan)$/

  test('no Host lets a rebound page in that a browser would not take for this machine', () => {
    const { check } = createAccess(openServer)
    fc.assert(
      fc.property(text, (host) => {
        if (check({ ...call, host: host })) return
        const url = new URL(`http://${host}`)
        expect(url.hostname).toMatch(ownNames)
        expect(url.href).toBe(`http://${url.host}/`)
      }),
      { numRuns: scaled(1000) },
    )
  })

  test('no Origin lets a page in that is not on this machine', () => {
    const { check } = createAccess(openServer)
    const origin = fc.oneof(
      text,
      text.map((host) => `http://${host}`),
    )
    fc.assert(
      fc.property(origin, (candidate) => {
        if (check({ ...call, origin: candidate }) || candidate === 'tauri://localhost') return
        const url = new URL(candidate)
        expect(url.protocol).toMatch(/^https?:$/)
        expect(url.hostname).toMatch(ownNames)
        expect(url.href).toBe(`${url.origin}/`)
      }),
      { numRuns: scaled(1000) },
    )
  })

  test('no text but the token is taken for it', () => {
    const { check } = createAccess(protectedServer)
    fc.assert(
      fc.property(text, (candidate) => {
        fc.pre(candidate !== token)
        const request = { ...call, authorization: `Bearer ${candidate}`, queryToken: candidate }
        expect(check({ ...request, tokenInQueryAllowed: true })?.code).toBe('UNAUTHORIZED')
      }),
    )
  })

  test('the answer does not depend on who called before', () => {
    const { check } = createAccess(openServer)
    fc.assert(
      fc.property(text, text, (host, address) => {
        const request = { ...call, host, address }
        expect(check(request)).toEqual(createAccess(openServer).check(request))
      }),
    )
  })
})
