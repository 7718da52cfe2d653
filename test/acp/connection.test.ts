// What an agent says in the wrong order, twice, or to nobody, would end a turn too early, or never.
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createConnection, type IncomingRequest } from '../../local-dev/acp/connection'
import { AcpClosed, AcpError } from '../../local-dev/acp/errors'

type Message = Record<string, unknown>

const connect = (onRequest: (incoming: IncomingRequest) => Promise<unknown> = async () => ({})) => {
  const sent: Message[] = []
  const heard: string[] = []
  const connection = createConnection({
    send: (message) => sent.push(message),
    onRequest,
    onNotification: (method) => heard.push(method),
  })
  return { connection, sent, heard }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('requests of ours', () => {
  it('get their own answers, in whatever order these come', async () => {
    const { connection, sent } = connect()
    const answers = [connection.request('a', {}), connection.request('b', {}), connection.request('c', {})]
    expect(sent.map(({ jsonrpc, method }) => `${jsonrpc} ${method}`)).toEqual(['2.0 a', '2.0 b', '2.0 c'])
    for (const { id, method } of [...sent].reverse()) connection.receive({ id, result: method })
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'])
  })

  it('are answered by a number that comes back as a string, and without a version', async () => {
    const { connection, sent } = connect()
    const answered = connection.request('a', {})
    connection.receive({ id: `${sent[0]?.id}`, result: null })
    expect(await answered).toBeNull()
  })

  it.each([
    [
      { code: -32000, message: 'Sign in', data: { a: 1 } },
      { code: -32000, message: 'Sign in', data: { a: 1 } },
    ],
    [
      { code: '7', message: null },
      { code: -32603, message: 'an error without a message' },
    ],
    ['it broke', { code: -32603, message: 'it broke' }],
    [[], { code: -32603 }],
  ])('are refused with %j', async (error, expected) => {
    const { connection, sent } = connect()
    const refused = connection.request('a', {})
    connection.receive({ id: sent[0]?.id, error })
    await expect(refused).rejects.toMatchObject(expected)
    await expect(refused).rejects.toBeInstanceOf(AcpError)
  })

  it('take an answer with a null error for one', async () => {
    const { connection, sent } = connect()
    const answered = connection.request('a', {})
    connection.receive({ id: sent[0]?.id, result: 5, error: null })
    expect(await answered).toBe(5)
  })

  it('that have their answer are not answered once more, nor is what was never asked', async () => {
    const { connection, sent } = connect()
    const first = connection.request('a', {})
    const { id } = sent[0] ?? {}
    expect(connection.receive({ id, result: 1 })).toBe('answer')
    expect(connection.receive({ id, result: 2 })).toBe('handled')
    expect(connection.receive({ id: 99, error: { code: 1, message: 'who?' } })).toBe('handled')
    const second = connection.request('b', {})
    connection.receive({ id, result: 3 })
    connection.receive({ id: sent[1]?.id, result: 4 })
    expect([await first, await second]).toEqual([1, 4])
  })

  it('tell that they are answered before the next message is read', async () => {
    const { connection, sent, heard } = connect()
    const answered = connection.request('a', {}, { onAnswer: () => heard.push('answered') })
    connection.receive({ method: 'before', params: {} })
    connection.receive({ id: sent[0]?.id, result: {} })
    connection.receive({ method: 'after', params: {} })
    await answered
    expect(heard).toEqual(['before', 'answered', 'after'])
  })

  it('are given up when nothing has come for a while, and not while something comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const { connection, sent } = connect()
    const given = connection.request('a', {}, { timeoutMs: 1000 }).catch((error: unknown) => error)
    let isGivenUp = false
    void given.then(() => {
      isGivenUp = true
    })
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(900)
      connection.receive({ method: 'busy' })
    }
    await vi.advanceTimersByTimeAsync(900)
    expect(isGivenUp).toBe(false)
    await vi.advanceTimersByTimeAsync(100)
    expect(await given).toMatchObject({
      name: 'AcpTimeout',
      message: 'a was not answered: nothing came for 1 s',
    })
    expect(connection.receive({ id: sent[0]?.id, result: {} })).toBe('handled')
  })

  it('are rejected when the agent ends, and then at once', async () => {
    const { connection, sent } = connect()
    const error = new AcpClosed('it ended')
    const pending = connection.request('a', {})
    connection.close(error)
    await expect(pending).rejects.toBe(error)
    await expect(connection.request('b', {})).rejects.toBe(error)
    connection.notify('c', {})
    expect(sent).toHaveLength(1)
  })

  it('fail when their answer was too large, and no other', async () => {
    const { connection, sent } = connect()
    const [first, second] = [connection.request('a', {}), connection.request('b', {})]
    connection.skip({ id: Number(sent[0]?.id) }, 'too large')
    await expect(first).rejects.toMatchObject({ message: 'too large' })
    connection.receive({ id: sent[1]?.id, result: 1 })
    expect(await second).toBe(1)
  })
})

describe('whatever an agent mixes', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('ask', 'news', 'question', 'noise') }),
    fc.record({ kind: fc.constantFrom('answer', 'refusal', 'stale'), at: fc.nat(20) }),
  )

  it('each request has its first answer, each question one, and news keep their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { connection, sent, heard } = connect(async ({ params }) => params)
        const asked: Promise<unknown>[] = []
        const expected = new Map<number, unknown>()
        const news: string[] = []
        const questions: number[] = []
        for (const [number, { kind, ...more }] of steps.entries()) {
          const at = 'at' in more ? more.at : 0
          if (kind === 'ask') asked.push(connection.request('m', {}).catch((error: Error) => error.message))
          if (kind === 'news') {
            news.push(`n${number}`)
            connection.receive({ method: `n${number}` })
          }
          if (kind === 'question') {
            questions.push(number)
            connection.receive({ id: number, method: 'q', params: number })
          }
          if (kind === 'noise') expect(connection.receive({ level: number })).toBe('noise')
          if (kind === 'stale') connection.receive({ id: 1000 + at, result: 'nobody asked' })
          if ((kind === 'answer' || kind === 'refusal') && at < asked.length) {
            const text = `answer ${number}`
            const result = kind === 'answer' ? { result: text } : { error: { code: 1, message: text } }
            expect(connection.receive({ id: at + 1, ...result })).toBe(
              expected.has(at) ? 'handled' : 'answer',
            )
            if (!expected.has(at)) expected.set(at, text)
          }
        }
        await settled()
        connection.close(new AcpClosed('over'))
        expect(await Promise.all(asked)).toEqual(asked.map((_, at) => expected.get(at) ?? 'over'))
        expect(heard).toEqual(news)
        const answers = sent.filter(({ method }) => method === undefined)
        expect(answers).toEqual(questions.map((id) => ({ jsonrpc: '2.0', id, result: id })))
      }),
    )
  })
})

describe('requests of the agent', () => {
  it('are answered by their own ids, whatever these are', async () => {
    const { connection, sent } = connect(async ({ params }) => params)
    for (const id of [0, 'x', -1, null]) connection.receive({ id, method: 'm', params: { id } })
    await settled()
    expect(sent).toEqual([0, 'x', -1, null].map((id) => ({ jsonrpc: '2.0', id, result: { id } })))
  })

  it('that cannot be done are refused with their code, and what is broken here is not told', async () => {
    const { connection, sent } = connect(async ({ method }) => {
      throw method === 'known'
        ? new Error('/home/secret')
        : new AcpError({ code: -32601, message: 'no such method' })
    })
    connection.receive({ id: 1, method: 'terminal/create', params: {} })
    connection.receive({ id: 2, method: 'known' })
    await settled()
    expect(sent).toMatchObject([
      { id: 1, error: { code: -32601 } },
      { id: 2, error: { code: -32603 } },
    ])
    expect(JSON.stringify(sent)).not.toContain('secret')
  })

  it('are answered when they were too large to be read', () => {
    const { connection, sent } = connect()
    connection.skip({ id: 'q', method: 'session/request_permission' }, 'too large')
    connection.skip({ method: 'session/update' }, 'too large')
    expect(sent).toMatchObject([{ id: 'q', error: { code: -32600, message: 'too large' } }])
  })

  it('end their signal when they are taken back, or when the agent ends', async () => {
    const signals: AbortSignal[] = []
    const { connection, sent } = connect(async ({ signal }) => {
      signals.push(signal)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return 'late'
    })
    for (const id of ['one', 'two']) connection.receive({ id, method: 'm' })
    await settled()
    connection.receive({ method: '$/cancel_request', params: { requestId: 'one' } })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    await settled()
    connection.close(new AcpClosed('it ended'))
    await settled()
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    expect(sent).toEqual([{ jsonrpc: '2.0', id: 'one', result: 'late' }])
  })
})

it.each([
  { level: 'info', msg: 'listening' },
  { id: 3 },
  { id: null, error: { code: -32700, message: 'Parse error' } },
  { result: {} },
  { method: 5, id: 1 },
  {},
])('%j is no message of JSON-RPC', (message) => {
  expect(connect().connection.receive(message)).toBe('noise')
})
