/** The server is killed while people tell agents something: words are lost, said twice, out of order, or forgotten as said. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { type Client, createClient, type Message } from '../../functions/client/client'
import { retryTransient } from '../../local-dev/agents/change-session'
import type { Server } from '../contract/server'
import { startServer } from '../contract/server'
import { count } from '../figures'
import { createRandom, isFullRun, scaled, scaledMs } from '../random'

/** A campaign, at a scale of 100, is of 1,000 to 10 sessions, under 25 kills. */
const [messages, kills] = [scaled(10), scaled(0.25)]
const modes = ['steer', 'queue'] as const
type Mode = (typeof modes)[number]
const random = createRandom('messages under kills')

let server = await startServer()
afterAll(() => server.stop())
const client = createClient({ url: server.url })
/** Whoever is cut off asks again: each of these may be said twice. */
const sure = <T>(attempt: () => Promise<T>) => retryTransient(attempt, new AbortController().signal)

const ranks = { queued: 0, sending: 1, delivered: 2 }
const rankOf = ({ state }: Pick<Message, 'state'>) =>
  state === 'queued' || state === 'sending' || state === 'delivered' ? ranks[state] : Number.NaN

/** What was acknowledged of each message, by its id: its text, and how far it had come. */
const known = new Map<string, { text: string; rank: number }>()
const acknowledged = (message: Message) => {
  const before = known.get(message.id)
  expect(rankOf(message), `${message.text} went back`).toBeGreaterThanOrEqual(before?.rank ?? 0)
  known.set(message.id, { text: message.text ?? '', rank: rankOf(message) })
}

/** One after the other, so that their order is known. */
const send = async (sessionId: string, mode: Mode, texts: readonly string[]) => {
  for (const text of texts) {
    const message = await sure(() => client.messages.create(sessionId, { text, mode, key: text }))
    // Its driver may have been faster.
    if (!known.has(message.id)) acknowledged(message)
  }
}

/** As a driver does it; returns the texts in the order in which its agent has got them. */
const drive = async (sessionId: string, mode: Mode, total: number): Promise<string[]> => {
  const got: string[] = []
  while (got.length < total) {
    const waiting = await sure(() => client.messages.list(sessionId, { state: 'queued' }))
    const next = waiting.find((message) => message.mode === mode)
    if (!next) {
      await sleep(100)
      continue
    }
    acknowledged(await sure(() => client.messages.update(next.id, { state: 'sending' })))
    got.push(next.text ?? '')
    acknowledged(await sure(() => client.messages.update(next.id, { state: 'delivered' })))
  }
  return got
}

const killAndCheck = async (client: Client, sessions: readonly string[]): Promise<Server> => {
  await server.kill9()
  const before = new Map([...known].map(([id, { text, rank }]) => [id, { text, rank }]))
  const next = await server.restart()
  count('kills')
  const found = (await Promise.all(sessions.map((id) => sure(() => client.messages.list(id))))).flat()
  const byId = new Map(found.map((message) => [message.id, message]))
  for (const [id, { text, rank }] of before) {
    const message = byId.get(id)
    expect(message?.text, `${text} was acknowledged, and is lost`).toBe(text)
    if (message) expect(rankOf(message), `${text} went back`).toBeGreaterThanOrEqual(rank)
  }
  return next
}

it(
  'loses no message, says none twice, and keeps their order within a mode',
  async () => {
    const project = await client.projects.create({ name: 'p' })
    const sessions: string[] = []
    for (let n = 0; n < 10; n++)
      sessions.push((await client.sessions.create({ projectId: project.id, taskIds: [] })).id)
    const lanes = sessions.flatMap((id, session) =>
      modes.map((mode, lane) => {
        const first = session * modes.length + lane
        const texts: string[] = []
        for (let n = first; n < messages; n += sessions.length * modes.length) texts.push(`message ${n}`)
        return { id, mode, texts }
      }),
    )
    let isDone = false
    const work = Promise.all(
      lanes.map(async ({ id, mode, texts }) => {
        const [, got] = await Promise.all([send(id, mode, texts), drive(id, mode, texts.length)])
        expect(got).toEqual(texts)
      }),
    ).finally(() => {
      isDone = true
    })
    let killed = 0
    while (!isDone && killed < kills) {
      await Promise.race([work, sleep(100 + random() * 400)])
      server = await killAndCheck(client, sessions)
      killed++
    }
    await work
    server = await killAndCheck(client, sessions)
    const found = (await Promise.all(sessions.map((id) => client.messages.list(id)))).flat()
    expect(found.map(({ text }) => text).sort()).toEqual(lanes.flatMap(({ texts }) => texts).sort())
    for (const { id, mode, texts } of lanes) {
      const inLane = found.filter((message) => message.sessionId === id && message.mode === mode)
      expect(inLane.map(({ text }) => text)).toEqual(texts)
      expect(inLane.every(({ state }) => state === 'delivered')).toBe(true)
    }
    count('messages', found.length)
    if (isFullRun) expect(killed).toBeGreaterThan(0)
  },
  scaledMs(60_000),
)
