/** How long a spawn takes, and how long until a hundred clients have heard of a change. */
import { runChild } from './children'
import type { Server } from './server'
import { untilIdle } from './server'
import type { SubscribersJob, SubscribersResult } from './subscribers'
import type { Row } from './table'
import type { Effort } from './throughput'
import { connections, load, type Stored, spawnSessions } from './workload'

const target = { atMost: 5 }

/**
 * Judged is one spawn after the other: what the person who asks waits for. With 50 connections that always
 * have one under way, the median is 50 divided by the rate: it tells the rate, which is also of interest.
 */
export const spawns = async (server: Server, stored: Stored, effort: Effort): Promise<Row[]> => {
  const requests = spawnSessions(stored)
  await untilIdle(server.pid)
  const alone = await load(server, { connections: 1, requests, until: effort })
  await untilIdle(server.pid)
  const crowd = await load(server, { connections, requests, until: effort })
  const row = { unit: 'ms', target } as const
  const note = (result: typeof alone): string =>
    `p99 ${result.p99.toFixed(2)} ms; ${Math.round(result.perSecond).toLocaleString('en')}/s`
  return [
    { ...row, measure: 'spawn, median, one at a time', value: alone.p50, judged: true, note: note(alone) },
    {
      ...row,
      measure: `spawn, median, ${connections} at a time`,
      value: crowd.p50,
      judged: false,
      note: `${note(crowd)}; not judged: 50 / rate`,
    },
  ]
}

/** The time includes what the hundred clients spend, which share a process and its core. */
export const events = async (server: Server, stored: Stored): Promise<Row> => {
  await untilIdle(server.pid)
  const result = await runChild<SubscribersJob, SubscribersResult>('./subscribers.ts', {
    port: server.port,
    clients: 100,
    taskId: stored.taskIds[0] ?? '',
    warmUpEvents: 100,
    events: 400,
    everyMs: 10,
  })
  const note = `p50 ${result.p50.toFixed(2)} worst ${result.worst.toFixed(2)} ms; writer's own answer ${result.answerP50.toFixed(2)} ms`
  return { measure: 'event to 100 clients, p99', value: result.p99, unit: 'ms', target, judged: true, note }
}
