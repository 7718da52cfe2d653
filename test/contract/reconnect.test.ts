// A user interface on a bad network: cut off again and again while agents work, it ends up with nothing lost.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { count } from '../figures'
import { createRandom, isFullRun, scaled, scaledMs } from '../random'
import { readEverything } from './consistency'
import { fuzz } from './fuzz/run'
import { type Api, client } from './http'
import { differences, pictureOf, pictureOfEvents } from './mirror'
import { listen, type StreamEvent, since } from './stream'
import { startTarget, type Target } from './target'

const random = createRandom('reconnect')

let target: Target
let api: Api
beforeAll(async () => {
  target = await startTarget()
  api = client(target.url)
})
afterAll(() => target.stop())

const query = 'rooms=all,queues,templates'

/** Listens to all there is, and is cut off at random until `isOver`: what it heard, and how often it was cut off. */
const wander = async (isOver: () => boolean): Promise<{ events: StreamEvent[]; cuts: number }> => {
  const events: StreamEvent[] = []
  let number = '0'
  let cuts = 0
  while (!isOver()) {
    const stream = await listen(target.url, { query, ...since(number) })
    await sleep(random() * 60)
    await stream.close()
    cuts++
    count('cuts')
    events.push(...stream.events)
    number = stream.lastEventId() || number
    await sleep(random() * 150)
  }
  return { events, cuts }
}

/** What must come once and as it was: everything but states, of which the last will do. */
const happenings = (events: readonly StreamEvent[]) =>
  events
    .filter(({ event }) => !event.endsWith(':updated'))
    .map(({ id, event, message }) => [id, event, message.data])
const picture = (events: readonly StreamEvent[]) => pictureOfEvents(events.map(({ message }) => message))

test('a client that is cut off during 200 requests ends up as one that stayed', {
  timeout: scaledMs(60_000),
}, async () => {
  const stayed = await listen(target.url, { query, ...since('0') })
  let isOver = false
  const wandering = wander(() => isOver)
  await fuzz(api, scaled(8))
  isOver = true
  const { events, cuts } = await wandering
  if (isFullRun) expect(cuts).toBeGreaterThanOrEqual(2)

  const last = await api.project({ name: 'the last change' })
  const tellsOfLast = ({ message }: StreamEvent) => JSON.stringify(message.data).includes(last.id)
  await stayed.waitFor(tellsOfLast)
  const back = await listen(target.url, { query, ...since(events.at(-1)?.id ?? '0') })
  await back.waitFor(tellsOfLast)
  events.push(...back.events)
  await Promise.all([stayed.close(), back.close()])

  if (isFullRun) expect(stayed.events.length).toBeGreaterThanOrEqual(100)
  expect(happenings(events)).toEqual(happenings(stayed.events))
  const numbers = events.map(({ id }) => Number(id))
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
  expect(differences(picture(events), picture(stayed.events))).toEqual([])
  expect(differences(picture(events), pictureOf(await readEverything(api)))).toEqual([])
})
