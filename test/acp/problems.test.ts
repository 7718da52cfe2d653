// An agent that is not signed in, or has used up its limit, counts as broken; or one that is broken is waited for.
import { describe, expect, it } from 'vitest'
import { AcpError, isLoginProblem, isUsageLimit, isUsageLimitMeta } from '../../local-dev/acp/errors'
import type { UsageLimit } from '../../local-dev/acp/usage-limit'

const refused = (code: number, message: string, data?: unknown) => new AcpError({ code, message, data })
const now = Date.parse('2026-11-27T12:00:30.000Z')

describe('a login that is missing or has run out', () => {
  it.each([
    [refused(-32000, 'Authentication required'), {}],
    [
      refused(-32000, 'Authentication required', { details: 'Run `codex login` first' }),
      { command: 'codex login' },
    ],
    [
      refused(-32603, 'Internal error', {
        details: 'Your access token could not be refreshed. Please sign in again.',
      }),
      {},
    ],
    [refused(-32603, 'Internal error', { codexErrorInfo: 'unauthorized' }), {}],
    [refused(-32603, 'Internal error: Please run /login · API Error: 401'), { command: '/login' }],
    [
      refused(-32603, "API key is missing: invalid api key. Use 'opencode auth login'."),
      { command: 'opencode auth login' },
    ],
    [refused(-32603, 'Not signed in; run gemini /auth and try again'), { command: 'gemini /auth' }],
    [refused(-32603, 'Your session has expired', 'claude setup-token'), {}],
    [refused(-32603, 'Internal error', { details: 'API key not valid. Please pass a valid API key.' }), {}],
    [refused(-32603, 'ProviderAuthError', { providerID: 'anthropic' }), {}],
    [refused(-32603, 'Request failed', { status: 401 }), {}],
  ])('%s', (error, problem) => {
    expect(isLoginProblem(error)).toEqual(problem)
  })

  it.each([
    refused(-32603, 'Internal error', { details: 'ENOENT: no such file' }),
    refused(-32602, 'Invalid params'),
    refused(-32603, 'Internal error', { details: 'Unexpected token at line 401' }),
    refused(-32603, 'Internal error', { stack: 'at login.ts:401:3' }),
    refused(-32000, "You've hit your usage limit"),
    refused(-32603, 'The author is unknown: see the login page design in docs'),
    new Error('fetch failed'),
    undefined,
  ])('is not %s', (error) => {
    expect(isLoginProblem(error)).toBeUndefined()
  })
})

describe('a usage limit', () => {
  const at = (text: string): UsageLimit => ({ resetsAt: Date.parse(text) })

  it.each([
    [refused(-32603, 'Claude AI usage limit reached|1795000000'), { resetsAt: 1_795_000_000_000 }],
    [
      refused(-32603, 'Internal error', { error: { type: 'usage_limit_reached', resets_at: 1_795_000_000 } }),
      { resetsAt: 1_795_000_000_000 },
    ],
    [
      refused(-32000, 'usageLimitExceeded', { codexErrorInfo: 'usageLimitExceeded', resetsInSeconds: 90 }),
      { resetsAt: now + 90_000 },
    ],
    [
      refused(-32603, 'RESOURCE_EXHAUSTED', [{ kind: 'wait', retry_delay: '34.5s' }]),
      { resetsAt: now + 34_500 },
    ],
    [
      refused(-32603, "You've hit your usage limit. Try again in 2 hours 5 minutes."),
      { resetsAt: now + 7_500_000 },
    ],
    [
      refused(-32603, "You've hit your usage limit, or try again at Dec 3rd, 2026 2:57 PM."),
      at('Dec 3, 2026 2:57 PM'),
    ],
    [refused(-32603, 'weekly limit reached, resets 2026-12-01T08:00:00Z'), at('2026-12-01T08:00:00Z')],
    [
      refused(-32603, "You're out of extra usage · resets 5pm (America/Los_Angeles)"),
      at('2026-11-28T01:00:00Z'),
    ],
    [refused(-32603, 'session limit: resets at 3:30 am (Asia/Tokyo)'), at('2026-11-27T18:30:00Z')],
    [refused(-32603, 'HTTP 429'), {}],
    [
      refused(-32603, 'Request failed', { status: 429, headers: { 'retry-after': '7' } }),
      { resetsAt: now + 7000 },
    ],
    [refused(-32603, 'Internal error', 'quota exceeded'), {}],
  ])('%s', (error, limit) => {
    expect(isUsageLimit(error, now)).toEqual(limit)
  })

  it.each([
    refused(-32000, 'Authentication required'),
    refused(-32603, 'order 4290 was not found, nor 429'),
    refused(-32603, 'EDQUOT: disk quota exceeded, write'),
    'quota',
    null,
  ])('is not %s', (error) => {
    expect(isUsageLimit(error, now)).toBeUndefined()
  })

  it('that is only near is none, and one that is reached has its time', () => {
    const meta = (status: string) => ({
      '_claude/rateLimit': { status, resetsAt: 1_795_000_000, utilization: 0.9 },
    })
    expect(isUsageLimitMeta(meta('rejected'), now)).toEqual({ resetsAt: 1_795_000_000_000 })
    expect(isUsageLimitMeta(meta('allowed_warning'), now)).toBeUndefined()
    expect(isUsageLimitMeta(undefined, now)).toBeUndefined()
  })

  it('is not looked for without an end in what is deep', () => {
    let data: unknown = 'x'
    for (let depth = 0; depth < 100_000; depth++) data = { data }
    expect(isUsageLimit(refused(-32603, 'rate limit', data), now)).toEqual({})
  })
})
