/** The load generator, in a process of its own: it gets one job over IPC, sends one result back, and ends. */
import { type Connection, openConnection, requestBytes } from './connection'
import { quantile } from './numbers'
import { cpuSeconds } from './proc'

export type LoadRequest = { method: string; path: string; body?: string }

/** Requests are sent in turn, over and over, one in flight on each connection. Times in milliseconds. */
export type LoadJob = {
  port: number
  /** Whose CPU time is reported with the result. */
  serverPid: number
  connections: number
  requests: LoadRequest[]
  /** `seconds`: measured after the warm-up. `count`: exactly so many requests, measured from the first. */
  until: { warmUpMs: number; measureMs: number } | { count: number }
}

export type LoadResult = {
  answers: number
  perSecond: number
  /** From request written to answer read, in milliseconds. */
  p50: number
  p99: number
  /** CPU time of the server for an answer, in microseconds. */
  serverMicroseconds: number
  /** How busy this process was, 1 is one core: near 1 means that the client is what was measured. */
  clientBusy: number
  failures: number
  firstFailure: string
}

const maxSamples = 2_000_000

process.once('disconnect', () => process.exit(1))
process.once('message', async (job: LoadJob) => {
  const result = await runLoad(job)
  process.send?.(result, () => process.exit(0))
})

const runLoad = async (job: LoadJob): Promise<LoadResult> => {
  const { until } = job
  const requests = job.requests.map((r) => requestBytes(job.port, r.method, r.path, r.body))
  const samples = new Float64Array(maxSamples)
  const count = 'count' in until ? until.count : Number.POSITIVE_INFINITY
  const warmUpMs = 'count' in until ? 0 : until.warmUpMs
  const measureMs = 'count' in until ? Number.POSITIVE_INFINITY : until.measureMs
  let sent = 0
  let answers = 0
  let failures = 0
  let firstFailure = ''
  let from = Number.POSITIVE_INFINITY
  let end = Number.POSITIVE_INFINITY
  let inFlight = 0
  let done: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    done = resolve
  })

  const sentAt = new Float64Array(job.connections)
  const connections: Connection[] = []
  for (let i = 0; i < job.connections; i++) {
    const connection = await openConnection(job.port, (status, start) => {
      const now = performance.now()
      inFlight--
      if (status < 200 || status > 299) {
        failures++
        firstFailure ||= start.toString('utf8', 0, 1_000)
      }
      if (now >= from && now < end) samples[answers++ % maxSamples] = now - (sentAt[i] ?? now)
      if (now < end && sent < count) send(connection, i, now)
      else if (inFlight === 0) done()
    })
    connections.push(connection)
  }

  const send = (connection: Connection, i: number, now: number): void => {
    const request = requests[sent++ % requests.length]
    if (!request) throw new Error('A load without requests')
    sentAt[i] = now
    inFlight++
    connection.send(request)
  }

  const begun = performance.now()
  from = begun + warmUpMs
  end = from + measureMs
  let clock = readClocks(job.serverPid)
  for (const [i, connection] of connections.entries()) if (sent < count) send(connection, i, begun)
  if (warmUpMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, warmUpMs))
    clock = readClocks(job.serverPid)
  }
  await finished
  const spent = readClocks(job.serverPid)
  for (const connection of connections) connection.close()

  const seconds = (spent.wall - clock.wall) / 1_000
  const sorted = samples.subarray(0, Math.min(answers, maxSamples)).sort()
  return {
    answers,
    perSecond: answers / (Number.isFinite(measureMs) ? measureMs / 1_000 : seconds),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    serverMicroseconds: ((spent.server - clock.server) * 1e6) / answers,
    clientBusy: (spent.client - clock.client) / seconds,
    failures,
    firstFailure,
  }
}

/** `wall` in milliseconds, CPU times in seconds. */
const readClocks = (serverPid: number): { wall: number; client: number; server: number } => {
  const { user, system } = process.cpuUsage()
  return { wall: performance.now(), client: (user + system) / 1e6, server: cpuSeconds(serverPid) }
}
