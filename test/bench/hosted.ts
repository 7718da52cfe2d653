/** npm run bench:hosted: what the Worker does in Miniflare on this machine, beside what it should do. */

import { once } from 'node:events'
import { loadavg } from 'node:os'
import { Miniflare } from 'miniflare'
import { WebSocket } from 'ws'
import { parseTrusted } from '../../schemas/json-text'
import { bundle, compatibility, moduleOf } from '../hosted/bundle'
import { openConnection, requestBytes } from './connection'
import { median } from './numbers'
import { asTable, type Row } from './table'

const tasks = 50_000
const concurrency = 50
const sockets = 200

const miniflare = new Miniflare({
  ...compatibility,
  modules: moduleOf(await bundle('worker.ts')),
  durableObjects: { MAESTRO_WORKSPACES: { className: 'MaestroWorkspace', useSQLite: true } },
  kvNamespaces: ['MAESTRO_KV'],
  cf: false,
  inspectorPort: 0,
  bindings: { LOG_LEVEL: 'warn', MAESTRO_API_TOKEN: 'a-token', TEST_TOKEN: 'a-token' },
})
const { origin, port: portText } = await miniflare.ready
const port = Number(portText)
const rows: Row[] = []

const row = (
  measure: string,
  unit: Row['unit'],
  target: Row['target'],
  value: number,
  note: string,
): void => {
  process.stderr.write(`${measure}: ${value}\n`)
  rows.push({ measure, unit, value, judged: true, note, ...(target && { target }) })
}

const send = async (method: string, path: string, body?: object): Promise<string> => {
  const response = await fetch(origin + path, { method, ...(body && { body: JSON.stringify(body) }) })
  return response.text()
}

/** How long each of so many writes takes, one after the other, in milliseconds. */
const writeSequentially = async (times: number): Promise<number[]> => {
  const latenciesMs: number[] = []
  let answered: () => void = () => undefined
  const connection = await openConnection(port, () => answered())
  for (let n = 0; n < times; n++) {
    const start = performance.now()
    await new Promise<void>((resolve) => {
      answered = resolve
      connection.send(requestBytes(port, 'POST', '/api/tasks', task))
    })
    latenciesMs.push(performance.now() - start)
  }
  connection.close()
  return latenciesMs
}

/** Writes on 50 connections at once, for so many milliseconds or until there are so many. */
const writeInParallel = async (durationMs: number, maxRequests = Number.POSITIVE_INFINITY) => {
  const start = performance.now()
  const request = requestBytes(port, 'POST', '/api/tasks', task)
  let sent = 0
  let count = 0
  const hasMore = () => performance.now() - start < durationMs && sent++ < maxRequests
  const runConnection = () =>
    new Promise<void>((resolve, reject) => {
      const opened = openConnection(port, (status) => {
        if (status !== 201) reject(new Error(`answered ${status}`))
        count++
        void next()
      })
      const next = async () => {
        const connection = await opened
        if (hasMore()) return connection.send(request)
        connection.close()
        resolve()
      }
      void next()
    })
  await Promise.all(Array.from({ length: concurrency }, runConnection))
  return { count, perSecond: (1000 * count) / (performance.now() - start) }
}

/** From a request until all sockets have heard of it: the median of so many, in milliseconds. */
const broadcastLatency = async (times: number): Promise<number> => {
  let missing = 0
  let allReceived: () => void = () => undefined
  const clients = Array.from({ length: sockets }, () => {
    const client = new WebSocket(origin.replace('http', 'ws'), { perMessageDeflate: false })
    client.on('message', () => {
      if (--missing === 0) allReceived()
    })
    return client
  })
  await Promise.all(clients.map((client) => once(client, 'open')))
  const connection = await openConnection(port, () => undefined)
  const latenciesMs: number[] = []
  for (let n = 0; n < times; n++) {
    missing = sockets
    const start = performance.now()
    await new Promise<void>((resolve) => {
      allReceived = resolve
      connection.send(requestBytes(port, 'POST', '/api/tasks', task))
    })
    latenciesMs.push(performance.now() - start)
  }
  connection.close()
  for (const client of clients) client.terminate()
  return median(latenciesMs)
}

/** What V8 holds, with or without what it could let go of, for the Worker and its object, in megabytes: SQLite's own memory is apart from that. */
const heapMegabytes = async (collected: boolean): Promise<number> => {
  const url = await miniflare.getInspectorURL()
  const [target] = parseTrusted<[{ webSocketDebuggerUrl: string }]>(
    await (await fetch(`http://${url.host}/json`)).text(),
  )
  const inspector = new WebSocket(target.webSocketDebuggerUrl)
  await once(inspector, 'open')
  const ask = async (method: string) => {
    inspector.send(JSON.stringify({ id: 1, method }))
    const [message] = await once(inspector, 'message')
    return parseTrusted<{ result: { usedSize: number } }>(String(message)).result
  }
  if (collected) await ask('HeapProfiler.collectGarbage')
  const { usedSize } = await ask('Runtime.getHeapUsage')
  inspector.terminate()
  return usedSize / 1_048_576
}

const project = parseTrusted<{ id: string }>(await send('POST', '/api/projects', { name: 'a project' }))
const task = JSON.stringify({ projectId: project.id, title: 'a task', description: 'd'.repeat(300) })

row(
  'a write, alone',
  'ms',
  { atMost: 10 },
  median(await writeSequentially(300)),
  'median of 300 tasks created one by one',
)
const { perSecond, count } = await writeInParallel(5_000)
row('writes, 50 in parallel', '/s', { atLeast: 500 }, perSecond, `${count} tasks created in 5 s`)
row(
  'an event to 200 sockets',
  'ms',
  { atMost: 50 },
  await broadcastLatency(40),
  'median of 40: request sent until all have heard',
)

await writeInParallel(Number.POSITIVE_INFINITY, tasks - 300 - count - 40)
row('50,000 tasks: heap', 'MB', { atMost: 128 }, await heapMegabytes(true), 'after they were created')
await send('GET', '/test/restart')
const slept = performance.now()
await send('GET', '/api/tasks?limit=1')
row(
  '50,000 tasks: first answer of a woken object',
  'ms',
  undefined,
  performance.now() - slept,
  'one task of a list',
)
row('50,000 tasks: heap', 'MB', { atMost: 128 }, await heapMegabytes(true), 'after that')
const started = performance.now()
const bytes = (await send('GET', '/api/tasks')).length
row(
  '50,000 tasks: the whole list',
  'ms',
  undefined,
  performance.now() - started,
  `${Math.round(bytes / 1e6)} MB`,
)
row(
  '50,000 tasks: heap',
  'MB',
  { atMost: 128 },
  await heapMegabytes(false),
  'after that, before anything was collected',
)

const load = (loadavg()[0] ?? 0).toFixed(1)
process.stdout.write(`${asTable(rows, process.stdout.isTTY)}\n\nload of the machine: ${load}\n`)
await miniflare.dispose()
process.exit(0)
