// An agent's messages come in whatever pieces the system cuts, between words of its own, and some are enormous.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgentLine, createAgentLines } from '../../local-dev/acp/lines'

const encode = (text: string) => new TextEncoder().encode(text)

const readPieces = (pieces: readonly Uint8Array[], maxBytes?: number): AgentLine[] => {
  const lines = createAgentLines(maxBytes)
  return [...pieces.flatMap((piece) => [...lines.write(piece)]), ...lines.end()]
}

const readText = (text: string, maxBytes?: number) => readPieces([encode(text)], maxBytes)

/** The same bytes cut at these places. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const key = fc.oneof(fc.constantFrom('id', 'method', 'params', '__proto__', '"', '\\'), fc.string())
const object = fc.dictionary(key, fc.jsonValue(), { maxKeys: 6 })
const between = fc.oneof(
  fc.constantFrom(
    '',
    '  ',
    '\r',
    'Loaded cached credentials.',
    '[1,2]',
    '"text"',
    '{',
    '{"a":',
    'null',
    '\u001b[32mok',
  ),
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')),
)
const line = fc.oneof(
  object.map((value) => JSON.stringify(value)),
  between,
)
const places = fc.array(fc.nat(), { maxLength: 12 })

describe('messages of an agent', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), places, fc.boolean(), (texts, at, isEnded) => {
        const bytes = encode(texts.join('\n') + (isEnded ? '\n' : ''))
        expect(readPieces(cut(bytes, at))).toEqual(readPieces([bytes]))
        expect(readPieces(cut(bytes, at), 40)).toEqual(readPieces([bytes], 40))
      }),
    )
  })

  it('are all there, and nothing else is taken for one', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(object, between), { maxLength: 8 }), (entries) => {
        const isObject = (entry: unknown) => typeof entry === 'object'
        const texts = entries.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)))
        const read = readText(texts.join('\n')).flatMap((each) =>
          each.type === 'message' ? [each.message] : [],
        )
        const sent = entries.filter(isObject).map((entry) => JSON.parse(JSON.stringify(entry)))
        // What is between may be an object by accident.
        expect(
          read.filter((message) => sent.some((each) => JSON.stringify(each) === JSON.stringify(message))),
        ).toEqual(sent)
      }),
    )
  })

  it('may have words before, between and after them, which are handed on as words', () => {
    const read = readText(
      'Data collection is on\n{"id":1,"result":{}}\r\n\n\u001b[1mOpen https://sign.in/?a=1\u001b[0m\n[{"id":2}]\n7\nbye',
    )
    expect(read).toEqual([
      { type: 'noise', text: 'Data collection is on' },
      { type: 'message', message: { id: 1, result: {} } },
      { type: 'noise', text: 'Open https://sign.in/?a=1' },
      { type: 'noise', text: '[{"id":2}]' },
      { type: 'noise', text: '7' },
      { type: 'noise', text: 'bye' },
    ])
  })

  it('are read after a byte order mark, with bytes that are no UTF-8, with characters in two pieces', () => {
    const bytes = Buffer.concat([encode('\ufeff{"a":"ü😀"}\n{"b":"'), Uint8Array.of(0xff), encode('"}\n')])
    const read = readPieces([...bytes].map((byte) => Uint8Array.of(byte)))
    expect(read).toEqual([
      { type: 'message', message: { a: 'ü😀' } },
      { type: 'message', message: { b: '\ufffd' } },
    ])
  })

  it('that are cut off in the middle are words, and the next one is whole again', () => {
    expect(readText('{"id":1,"res\n{"id":2}').map(({ type }) => type)).toEqual(['noise', 'message'])
  })
})

describe('a message over the limit', () => {
  const long = (text: string) => readText(`${text}\n{"id":9}`, 60)
  const filler = 'x"}],\\'.repeat(20)

  it.each([
    ['an answer', { jsonrpc: '2.0', id: 17, result: { text: filler } }, { id: 17 }],
    [
      'one whose number comes last',
      { result: { id: 3, deep: [{ id: 4 }], text: filler }, id: 18 },
      { id: 18 },
    ],
    [
      'a request',
      { id: 'a"b', params: { method: 'x', filler }, method: 'session/x' },
      { id: 'a"b', method: 'session/x' },
    ],
    ['an update', { method: 'session/update', params: [filler, { id: 5 }] }, { method: 'session/update' }],
    ['one with null', { id: null, error: { message: filler } }, { id: null }],
    [
      'one whose keys are written otherwise',
      JSON.parse(`{"\\u0069d":6,"text":${JSON.stringify(filler)}}`),
      { id: 6 },
    ],
    ['one that says neither', { text: filler }, {}],
  ])('is skipped, with what is seen of %s', (_, message, envelope) => {
    const text = JSON.stringify(message)
    expect(long(text)).toEqual([
      { type: 'skipped', bytes: encode(text).length, envelope },
      { type: 'message', message: { id: 9 } },
    ])
  })

  it('is read when it is as large as the limit', () => {
    const text = JSON.stringify({ text: 'x'.repeat(100) })
    expect(readText(text, text.length)).toEqual([{ type: 'message', message: JSON.parse(text) }])
    expect(readText(`${text} `, text.length)).toMatchObject([{ type: 'skipped' }])
  })

  it('shows the same envelope as reading it would', () => {
    const id = fc.oneof(fc.integer(), fc.string(), fc.constant(null))
    fc.assert(
      fc.property(object, fc.option(id, { nil: undefined }), places, (message, known, at) => {
        const { id: _, method: __, ...rest } = message
        const whole = { ...rest, padding: 'x'.repeat(30), ...(known !== undefined && { id: known }) }
        const [read] = readPieces(cut(encode(JSON.stringify(whole)), at), 20)
        expect(read).toMatchObject({ envelope: known === undefined ? {} : { id: known } })
      }),
    )
  })

  it('that is no object is kept by its beginning only', () => {
    const [read] = readText('loading '.repeat(100_000), 1000)
    expect(read?.type === 'noise' && read.text.length).toBeLessThan(10_000)
  })
})
