/**
 * tsx test/bench/rooms.ts [CLIENTS] [ROUNDS]: our registry of rooms beside crossws' own topics (decision 0008), in turn,
 * with as many WebSocket clients, one of which does not read.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadavg } from 'node:os'
import type { Peer } from 'crossws'
import crossws from 'crossws/adapters/node'
import { type Connection, createRooms, envelopeOf, maxBufferedBytes } from '../../functions/realtime/rooms'
import { isRoomName } from '../../schemas/room-names'
import type { PublishedEvent } from '../../storage/event'
import { startChild } from './children'
import { median } from './numbers'
import type { ClientsJob } from './room-clients'

const [clients = 1000, rounds = 5] = process.argv.slice(2).map(Number)
const eventBytes = 600
const eventsOfRound = 100
const cutEvents = 2000
const cutEventBytes = 64 * 1024

type Published = Pick<PublishedEvent, 'name' | 'data' | 'rooms'>

/** One of the two ways: a server, and how an event gets to those in its rooms. */
interface Way {
  port: number
  /** For how many bytes that waited each client was dropped that read too slowly. */
  dropped: readonly number[]
  publish(event: Published): void
  close(): void
}

const roomsOf = (peer: Peer): string[] =>
  (new URL(peer.request.url).searchParams.get('rooms') ?? 'all').split(',').filter(isRoomName)

const listen = async (open: (peer: Peer) => void, close: (peer: Peer) => void) => {
  const adapter = crossws({ hooks: { open, close }, getNamespace: () => 'bench' })
  const server = createServer().on('upgrade', (request, socket, head) => {
    void adapter.handleUpgrade(request, socket, head)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // `listen` was given a port and no path.
  const { port } = server.address() as AddressInfo
  const end = () => {
    adapter.closeAll(1001, '', true)
    server.close()
  }
  return { adapter, port, close: end }
}

const drop = (peer: Peer, dropped: number[]) => {
  dropped.push(peer.bufferedAmount)
  peer.close(1013, 'reading too slowly')
}

/** As functions/realtime/websocket.ts has it. */
const ownRegistry = async (): Promise<Way> => {
  const rooms = createRooms()
  const dropped: number[] = []
  const connections = new Map<Peer, Connection>()
  const open = (peer: Peer) => {
    const connection: Connection = {
      rooms: new Set(),
      readyState: 1,
      cut: () => undefined,
      deliver(_, envelope) {
        if (peer.bufferedAmount > maxBufferedBytes) {
          rooms.disconnect(connection)
          drop(peer, dropped)
        } else peer.send(envelope, { compress: false })
      },
    }
    connections.set(peer, connection)
    rooms.connect(connection)
    for (const room of roomsOf(peer)) rooms.join(connection, room)
  }
  const close = (peer: Peer) => {
    const connection = connections.get(peer)
    if (connection) rooms.disconnect(connection)
    connections.delete(peer)
  }
  const { port, close: end } = await listen(open, close)
  return {
    port,
    dropped,
    publish: (event) => rooms.publish({ ...event, number: 1, timestamp: 1 }),
    close: end,
  }
}

/**
 * One topic for each set of rooms that somebody is in, so that nobody gets an event twice. crossws bounds nothing, so whoever is
 * behind is looked for whenever a good part of what may wait was published.
 */
const topics = async (): Promise<Way> => {
  const peers = new Set<Peer>()
  const sets = new Map<string, number>()
  const setsOfRoom = new Map<string, Set<string>>()
  const dropped: number[] = []
  let unswept = 0
  const topicOf = (peer: Peer) => roomsOf(peer).sort().join()
  const leave = (peer: Peer) => {
    if (!peers.delete(peer)) return
    const topic = topicOf(peer)
    peer.unsubscribe(topic)
    const left = (sets.get(topic) ?? 1) - 1
    if (left > 0) return void sets.set(topic, left)
    sets.delete(topic)
    for (const room of topic.split(',')) setsOfRoom.get(room)?.delete(topic)
  }
  const sweep = () => {
    for (const peer of peers)
      if (peer.bufferedAmount > maxBufferedBytes) {
        leave(peer)
        drop(peer, dropped)
      }
  }
  const open = (peer: Peer) => {
    peers.add(peer)
    const topic = topicOf(peer)
    peer.subscribe(topic)
    sets.set(topic, (sets.get(topic) ?? 0) + 1)
    for (const room of topic.split(',')) setsOfRoom.set(room, (setsOfRoom.get(room) ?? new Set()).add(topic))
  }
  const { adapter, port, close } = await listen(open, leave)
  return {
    port,
    dropped,
    publish(event) {
      const reached = new Set(event.rooms.flatMap((room) => [...(setsOfRoom.get(room) ?? [])]))
      if (reached.size === 0) return
      const envelope = envelopeOf(event, 1)
      for (const topic of reached) adapter.publish(topic, envelope, { namespace: 'bench', compress: false })
      unswept += envelope.length
      if (unswept < maxBufferedBytes / 16) return
      unswept = 0
      sweep()
    },
    close,
  }
}

const eventTo = (rooms: string[], bytes = eventBytes): Published => ({
  name: 'task:updated',
  data: JSON.stringify({ id: 'task_1', description: 'd'.repeat(bytes) }),
  rooms,
})

/** What the clients are in, what is published, and how many of them get it. */
const shapes = [
  {
    name: 'one set, an event to all',
    roomsOfClient: () => 'all',
    to: () => ['all', 'task:task_1'],
    reached: clients,
  },
  {
    name: `${clients} sets, an event to all`,
    roomsOfClient: (n: number) => `all,project:proj_${n}`,
    to: (n: number) => ['all', `project:proj_${n % clients}`],
    reached: clients,
  },
  {
    name: `${clients} sets, an event to one`,
    roomsOfClient: (n: number) => `project:proj_${n}`,
    // Never to the one that does not read: that is the first.
    to: (n: number) => [`project:proj_${1 + (n % (clients - 1))}`],
    reached: 1,
  },
]

type Shape = (typeof shapes)[number]

/** Milliseconds until everybody has it, and of this process's processor, for each event. */
const round = async (way: Way, { roomsOfClient, to, reached }: Shape): Promise<[number, number]> => {
  const rooms = Array.from({ length: clients }, (_, n) => roomsOfClient(n))
  const expected = eventsOfRound * (reached === 1 ? 1 : clients - 1)
  const { child } = await startChild<ClientsJob, unknown>('room-clients.ts', {
    port: way.port,
    rooms,
    expected,
  })
  const heard = once(child, 'message')
  const cpu = process.cpuUsage()
  const began = performance.now()
  for (let n = 0; n < eventsOfRound; n++) {
    way.publish(eventTo(to(n)))
    await new Promise(setImmediate)
  }
  await heard
  const tookMs = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  await end(child)
  return [tookMs / eventsOfRound, (user + system) / 1000 / eventsOfRound]
}

/** Publishes to twenty clients, of which the first does not read, until one is dropped: who that was, and what had waited. */
const cut = async (way: Way): Promise<string> => {
  const rooms = Array.from({ length: 20 }, () => 'all')
  const { child } = await startChild<ClientsJob, unknown>('room-clients.ts', {
    port: way.port,
    rooms,
    expected: Number.POSITIVE_INFINITY,
  })
  for (let n = 0; n < cutEvents && way.dropped.length === 0; n++) {
    way.publish(eventTo(['all'], cutEventBytes))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const closed = once(child, 'message')
  child.send('read')
  const [message] = await closed
  await end(child)
  return `${JSON.stringify(message)}, ${way.dropped.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join()} MiB waited`
}

const end = async (child: ChildProcess) => {
  child.disconnect()
  await once(child, 'exit')
}

const ways = { ours: ownRegistry, topics }
const print = (...cells: string[]) =>
  process.stdout.write(
    `${cells.map((cell, n) => (n === 0 ? cell.padEnd(28) : cell.padStart(22))).join('')}\n`,
  )

print('', 'ours: ms, its cpu', 'topics: ms, its cpu', 'topics / ours')
for (const shape of shapes) {
  const figures: Record<keyof typeof ways, [number, number][]> = { ours: [], topics: [] }
  // The first round of each warms up.
  for (let n = 0; n <= rounds; n++) {
    const order = n % 2 === 0 ? (['ours', 'topics'] as const) : (['topics', 'ours'] as const)
    for (const name of order) {
      const way = await ways[name]()
      const figure = await round(way, shape)
      if (n > 0) figures[name].push(figure)
      way.close()
    }
  }
  const medians = (name: keyof typeof ways) =>
    [0, 1].map((column) => median(figures[name].map((pair) => pair[column] ?? Number.NaN)))
  const [ours, theirs] = [medians('ours'), medians('topics')]
  const inWords = (values: number[]) => values.map((value) => value.toFixed(3)).join(', ')
  const ratios = theirs.map((value, column) => value / (ours[column] ?? Number.NaN))
  print(shape.name, inWords(ours), inWords(theirs), ratios.map((ratio) => ratio.toFixed(2)).join(', '))
}
for (const name of ['ours', 'topics'] as const) {
  const way = await ways[name]()
  process.stdout.write(`${name} closed: ${await cut(way)}\n`)
  way.close()
}
process.stdout.write(`load ${loadavg()[0]?.toFixed(1)}\n`)
