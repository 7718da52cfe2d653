// A message that seems not to have arrived is sent twice, or one that was never handed over seems to have arrived.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../schemas/errors'
import { type Message, MessageState } from '../../schemas/message'
import { stopSession } from '../../storage/rules/endings'
import { sendMessage, updateMessage } from '../../storage/rules/messages'
import { answerRequest, createRequest, withdrawRequest } from '../../storage/rules/requests'
import { updateSession } from '../../storage/rules/sessions'
import { scaled } from '../random'
import { start } from './start'

/** How far each state is; what is unknown may still turn out to have arrived. */
const rank: Readonly<Record<Message['state'], number>> = {
  queued: 0,
  sending: 1,
  unknown: 2,
  refused: 3,
  expired: 3,
  delivered: 3,
}

const which = fc.nat(3)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), key: fc.option(which) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      which,
      state: fc.constantFrom(...MessageState.options),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
)

describe('messages', () => {
  it('never go backwards, are never lost, and keep their order, whatever is done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        const { workspace, session } = await start()
        const { id } = await session([], { status: 'working' })
        const all = () =>
          workspace.read((documents) => documents.list('messages').map((entry) => entry.read()))
        let known: Message[] = []
        for (const step of steps) {
          const refusal: unknown = await workspace
            .change(function* (tx) {
              if (step.do === 'stop') yield* stopSession(tx, id)
              else if (step.do === 'resume') yield* updateSession(tx, id, { status: 'working' })
              else if (step.do === 'move')
                updateMessage(tx, known[step.which % known.length]?.id ?? 'none', { state: step.state })
              else
                sendMessage(tx, id, { text: 't', key: step.key === null ? undefined : `${step.key}` }, 'user')
            })
            .then(
              () => undefined,
              (error) => error,
            )
          if (refusal) expect(refusal).toBeInstanceOf(ApiError)
          const now = await all()
          expect(now.slice(0, known.length).map((message) => message.id)).toEqual(known.map(({ id }) => id))
          for (const [index, before] of known.entries()) {
            const after = now[index]
            if (!after || after.state === before.state) expect(after).toEqual(before)
            else {
              expect(rank[after.state]).toBeGreaterThan(rank[before.state])
              expect(refusal).toBe(undefined)
            }
          }
          for (const { state, deliveredAt } of now)
            expect(deliveredAt !== undefined).toBe(state === 'delivered')
          const keys = now.flatMap(({ key }) => key ?? [])
          expect(new Set(keys).size).toBe(keys.length)
          known = now
        }
      }),
      { numRuns: scaled(100) },
    )
  })
})

describe('of what is settled in a session', () => {
  it('the newest 1,000 messages stay, and all that are not', async () => {
    const { change, workspace, session } = await start()
    const [one, other] = [await session([], { status: 'working' }), await session()]
    const send = (text: string, to = one.id) =>
      change((tx) => sendMessage(tx, to, { text }, 'user').message.id)
    const waiting = await send('waiting')
    const elsewhere = await send('elsewhere', other.id)
    await change((tx) => updateMessage(tx, elsewhere, { state: 'delivered' }))
    const sent: string[] = []
    for (let n = 0; n < 1003; n++) {
      const id = await send(`${n}`)
      sent.push(id)
      await change((tx) => updateMessage(tx, id, { state: n % 2 ? 'delivered' : 'refused' }))
    }
    const ids = (sessionId: string) =>
      workspace.read((documents) => documents.list('messages', { sessionId }).map(({ id }) => id))
    expect(await ids(one.id)).toEqual([waiting, ...sent.slice(3)])
    expect(await ids(other.id)).toEqual([elsewhere])
    // What is settled now is still answered, and goes with the next one.
    await change((tx) => updateMessage(tx, waiting, { state: 'delivered' }))
    const last = await send('last')
    expect(await ids(one.id)).toEqual([...sent.slice(3), last])
  })

  it('the newest 1,000 requests stay, and all that are open', async () => {
    const { change, workspace, session } = await start()
    const { id } = await session([], { status: 'working' })
    const ask = () => change((tx) => createRequest(tx, id, { kind: 'question', title: '?' }).id)
    const open = await ask()
    const asked: string[] = []
    for (let n = 0; n < 1003; n++) {
      const request = await ask()
      asked.push(request)
      await change((tx) =>
        n % 2
          ? withdrawRequest(tx, request)
          : answerRequest(tx, request, { text: 'so', by: 'a', from: 'user' }),
      )
    }
    const ids = await workspace.read((documents) => documents.list('requests').map((entry) => entry.id))
    expect(ids).toEqual([open, ...asked.slice(3)])
  })

  it('is no more than that once it has ended, and everybody is told what became of each', async () => {
    const { change, workspace, session, published } = await start()
    const { id } = await session([], { status: 'working' })
    const first = await change((tx) => sendMessage(tx, id, { text: 'first' }, 'user').message.id)
    await change((tx) => {
      for (let n = 0; n < 1001; n++) {
        sendMessage(tx, id, { text: `${n}` }, 'user')
        createRequest(tx, id, { kind: 'question', title: `${n}` })
      }
    })
    const known = published.length
    await change((tx) => stopSession(tx, id))
    const told = published.slice(known)
    for (const [kind, state] of [
      ['messages', 'expired'],
      ['requests', 'withdrawn'],
    ] as const) {
      const left = await workspace.read((documents) =>
        documents.list(kind).map((entry) => entry.read().state),
      )
      expect(left).toEqual(Array.from({ length: 1000 }, () => state))
      const updated = told.filter(({ name }) => name === `${kind.slice(0, -1)}:updated`)
      expect(updated.every(({ data }) => data.includes(`"state":"${state}"`))).toBe(true)
      expect(updated).toHaveLength(kind === 'messages' ? 1002 : 1001)
    }
    expect(await workspace.read((documents) => documents.get('messages', first))).toBe(undefined)
  })
})
