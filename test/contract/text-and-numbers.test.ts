// What a client sends is stored as it was sent, or refused: text and numbers never change without a word.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Project } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})

const post = async (path: string, body: string | Uint8Array<ArrayBuffer>) => {
  const answer = await fetch(`${target.url}${path}`, { method: 'POST', body })
  return { status: answer.status, text: await answer.text() }
}
const session = (rest: string) => post('/api/sessions', `{"projectId":"${project.id}","taskIds":[],${rest}}`)

describe('a body that is refused, and of which nothing is stored', () => {
  it.each([
    ['Latin-1', [0x4d, 0xfc, 0x6e, 0x63, 0x68]],
    ['half of a character', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate in bytes', [0xed, 0xa0, 0x80]],
  ])('is one with %s', async (_, bytes) => {
    const [before, after] = [`{"projectId":"${project.id}","title":"`, '"}']
    const text = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
    const { status, text: answer } = await post('/api/tasks', new Uint8Array(text))
    expect([status, answer]).toEqual([400, expect.stringContaining('The body is not valid UTF-8')])
    expect(await api.get(`/api/tasks?projectId=${project.id}`)).toEqual([])
  })

  it.each([
    ['U+0000 in a text', '"name":"a\\u0000b"', 'name holds the character U+0000'],
    [
      'U+0000 deep in metadata',
      '"metadata":{"a":[{"b":"\\u0000"}]}',
      'metadata.a.0.b holds the character U+0000',
    ],
    ['U+0000 in a key', '"env":{"A\\u0000":"1"}', 'A key of env holds the character U+0000'],
    ['half of a pair', '"name":"\\uD83D!"', 'half of a surrogate pair'],
    ['the other half of a pair', '"metadata":{"\\udc00":1}', 'half of a surrogate pair'],
    [
      'a number beyond all numbers',
      '"metadata":{"n":[-2e308]}',
      'metadata.n.0 is a number that is too large',
    ],
    ['310 digits', `"metadata":{"n":${'9'.repeat(310)}}`, '… cannot be kept exactly'],
    [
      'an integer that others read as another',
      '"metadata":{"n":9007199254740992}',
      '9007199254740992 cannot',
    ],
    ['an integer with an exponent', '"metadata":{"n":[0,4.2e17]}', 'metadata.n.1 is an integer that is too'],
    [
      'an integer with a few digits',
      '"metadata":{"n":98765432109e6}',
      'metadata.n is an integer that is too',
    ],
    [
      'a decimal that would become one',
      '"metadata":{"n":12345678901234567.8}',
      'metadata.n is an integer that',
    ],
    [
      'an integer that would be another',
      '"metadata":{"id":12345678901234567}',
      '12345678901234567 cannot be kept',
    ],
    [
      'an endless integer that a later key hides',
      `"metadata":{"n":${'7'.repeat(400)},"n":1}`,
      'cannot be kept exactly',
    ],
    [
      'a number that would become none',
      '"metadata":{"n":{"m":-0.3e-330}}',
      '-0.3e-330 is too small to be kept',
    ],
    [
      'a key that would be lost',
      '"metadata":{"a":{"__proto__":{"b":1}}}',
      'A key of metadata.a is __proto__',
    ],
    ['the same, written otherwise', '"env":{"__pr\\u006fto__":"1"}', 'A key of env is __proto__'],
    ['a negative one', '"metadata":{"id":[-9007199254740993]}', '-9007199254740993 cannot be kept'],
  ])('is one with %s', async (_, rest, words) => {
    const { status, text } = await session(rest)
    expect([status, text]).toEqual([400, expect.stringContaining(words)])
    expect(await api.get(`/api/sessions?projectId=${project.id}`)).toEqual([])
  })

  it('is one with more mistakes than an answer lists', async () => {
    const taskIds = Array.from({ length: 3000 }, () => 7)
    const { status, body } = await api.request<{ details: { issues: unknown[]; total: number } }>(
      'POST',
      '/api/sessions',
      { projectId: project.id, taskIds },
    )
    expect([status, body.details.issues.length, body.details.total]).toEqual([400, 50, 3000])
  })

  it('is one with more mistakes in an object, of which the answer names the first', async () => {
    const env = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`K${n}`, n < 7 ? 'right' : n]))
    const { status, body } = await api.request<{ details: { issues: { path: string }[]; total: number } }>(
      'POST',
      '/api/sessions',
      { projectId: project.id, taskIds: [], env },
    )
    const { issues, total } = body.details
    expect([status, issues.length, total, issues[0]?.path]).toEqual([400, 50, 393, 'env.K7'])
  })

  it('is one with a list of objects that has no end', async () => {
    const outcomes = Array.from({ length: 10_001 }, () => ({}))
    const { status, body } = await api.request<{ message: string; details: { issues: unknown[] } }>(
      'POST',
      '/api/sessions/none/end',
      { cause: 'reported', outcomes },
    )
    expect([status, body.message]).toEqual([400, 'outcomes must have at most 10000 in it'])
    expect(body.details.issues).toHaveLength(1)
  })

  it('is one that breaks off inside a string full of quotes', async () => {
    const { status } = await post('/api/projects', `{"name":"${'\\"['.repeat(80_000)}`)
    expect(status).toBe(400)
  })
})

it.each([
  ['a whole pair', '"metadata":{"t":"\\ud83d\\ude00"}', { t: '😀' }],
  ['an escaped backslash before u0000', '"metadata":{"t":"\\\\u0000"}', { t: '\\u0000' }],
  ['digits in a text', '"metadata":{"t":"12345678901234567 1e400"}', { t: '12345678901234567 1e400' }],
  ['the last integer that a double holds', '"metadata":{"n":-9007199254740991}', { n: -9007199254740991 }],
  ['an integer with an exponent', '"metadata":{"n":[7.5e3,2E+1]}', { n: [7500, 20] }],
  ['many digits after the point', '"metadata":{"n":0.1234567890123456}', { n: 0.1234567890123456 }],
])('%s is kept as it was sent', async (_, rest, metadata) => {
  const { status, text } = await session(rest)
  expect([status, JSON.parse(text)]).toMatchObject([201, { metadata }])
})

it('a byte order mark before a body is no part of it', async () => {
  const { status } = await post('/api/projects', `\ufeff{"name":"from PowerShell"}`)
  expect(status).toBe(201)
})
