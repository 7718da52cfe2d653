/** WebSockets and event streams that ask for much. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Kind } from './kind'
import type { Target } from './target'

/** As many events are missed by each stream. */
const missedEvents = 9000

const openSocket = async ({ server }: Target): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`, { perMessageDeflate: false })
  await once(socket, 'open')
  return socket
}

/** Sends messages, then a ping; resolves when that is answered, or the server has hung up. */
const converse = async (target: Target, messages: string[]): Promise<void> => {
  const socket = await openSocket(target)
  const answered = new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    socket.on('message', (message) => {
      if (String(message).startsWith('{"type":"pong"')) resolve()
    })
  })
  for (const message of messages) socket.send(message)
  socket.send('{"type":"ping"}')
  await answered
  socket.terminate()
}

const namesOf = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `task:${from + n}`)
const subscribe = (rooms: string[]) => JSON.stringify({ type: 'subscribe', rooms })

const firstBytes = async ({ server, projectId }: Target, streams: number): Promise<void> => {
  const path = `http://127.0.0.1:${server.port}/api/events?since=1&rooms=all,project:${projectId}`
  const readers = await Promise.all(
    Array.from({ length: streams }, async () => (await fetch(path)).body?.getReader()),
  )
  await Promise.all(readers.map((reader) => reader?.read()))
  await Promise.all(readers.map((reader) => reader?.cancel()))
}

export const live: Kind[] = [
  {
    name: 'subscribe to no rooms',
    unit: 'messages',
    base: 125,
    prepare: async (target, size) => () =>
      converse(target, [subscribe(namesOf(900)), ...Array.from({ length: size }, () => subscribe([]))]),
  },
  {
    name: 'subscribe to rooms',
    unit: 'rooms',
    base: 1000,
    prepare: async (target, size) => {
      const messages = Array.from({ length: size / 500 }, (_, n) => subscribe(namesOf(500, 500 * n)))
      return () => converse(target, messages)
    },
  },
  {
    name: 'event streams 9,000 events behind',
    unit: 'streams',
    base: 6,
    prepare: async (target, size) => {
      await target.tasks(missedEvents)
      return () => firstBytes(target, size)
    },
  },
]
