/**
 * A session of 100,000 entries: what eight writers wait for an append to it, what others wait meanwhile, and what it
 * costs a start. `npm run build`, then `npx tsx test/bench/long-session.ts`.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, quantile } from './numbers'
import { residentMegabytes } from './proc'
import { type Server, sleep, startServer, untilIdle } from './server'

const entries = 100_000
const writers = 8
const seconds = 20
const starts = 5

const home = mkdtempSync(join(tmpdir(), 'maestro-long-'))
mkdirSync(join(home, 'skills'))

const send = async (server: Server, method: string, path: string, body?: object) => {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', prefer: 'return=minimal' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text
}

/** Does something over and over until a time, and tells how long each took, sorted, in milliseconds. */
const timed = async (until: number, pauseMs: number, run: () => Promise<unknown>): Promise<number[]> => {
  const taken: number[] = []
  while (performance.now() < until) {
    const begin = performance.now()
    await run()
    taken.push(performance.now() - begin)
    if (pauseMs > 0) await sleep(pauseMs)
  }
  return taken.sort((a, b) => a - b)
}

const startMs = async () => {
  const taken: number[] = []
  for (let n = 0; n < starts; n++) {
    const server = await startServer(home)
    taken.push(server.startMs)
    await server.stop()
  }
  return median(taken)
}

const show = (what: string, value: number, unit: string) =>
  process.stdout.write(`${what.padEnd(56)} ${value.toFixed(2)} ${unit}\n`)

try {
  let server = await startServer(home)
  const project = /"id":"(\w+)"/.exec(await send(server, 'POST', '/api/projects', { name: 'p' }))?.[1]
  await send(server, 'POST', '/api/sessions', { projectId: project, taskIds: [], id: 'long' })
  await send(server, 'POST', '/api/sessions', { projectId: project, taskIds: [], id: 'short' })
  await server.stop()
  const without = await startMs()
  server = await startServer(home)
  const memoryBefore = residentMegabytes(server.pid)
  for (let n = 0; n < entries; n += 5000)
    await send(server, 'PATCH', '/api/sessions/long', {
      timeline: Array.from({ length: 5000 }, (_, at) => ({
        type: 'progress',
        message: `Entry ${n + at}: tests pass`,
      })),
    })
  await untilIdle(server.pid)
  await sleep(20_000)
  show('memory with 100,000 entries, more than without', residentMegabytes(server.pid) - memoryBefore, 'MB')
  const until = performance.now() + seconds * 1000
  const append = () => send(server, 'POST', '/api/sessions/long/timeline', { message: 'Ran a tool: bash' })
  const [others, ...appends] = await Promise.all([
    timed(until, 5, () => send(server, 'PATCH', '/api/sessions/short', { name: `n${performance.now()}` })),
    ...Array.from({ length: writers }, () => timed(until, 0, append)),
  ])
  const all = appends.flat().sort((a, b) => a - b)
  show(`append, median, ${writers} writers (${all.length} in ${seconds} s)`, quantile(all, 0.5), 'ms')
  show('append, p99', quantile(all, 0.99), 'ms')
  show('others meanwhile, p99', quantile(others ?? [], 0.99), 'ms')
  show('others meanwhile, worst', others?.at(-1) ?? Number.NaN, 'ms')
  const begin = performance.now()
  await send(server, 'GET', '/api/sessions/long')
  show('the whole session, once', performance.now() - begin, 'ms')
  await server.stop()
  show('its file', statSync(join(home, 'data/sessions/long.json')).size / 1e6, 'MB')
  const withLong = await startMs()
  show('start without it', without, 'ms')
  show('start with it', withLong, 'ms')
  server = await startServer(home)
  await Promise.all(Array.from({ length: 2000 }, append))
  await server.kill()
  server = await startServer(home)
  show('start after kill -9 under appends', server.startMs, 'ms')
  await server.stop()
} finally {
  rmSync(home, { recursive: true, force: true })
}
