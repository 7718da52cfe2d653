/** Reads against the ceiling, a list, updates and creates. */

import type { CeilingJob, CeilingReady } from './ceiling'
import { startChild } from './children'
import type { LoadResult } from './load'
import { median } from './numbers'
import type { Server } from './server'
import { untilIdle } from './server'
import type { Row } from './table'
import { connections, getTasks, load, type Stored, updateTasks } from './workload'

export type Effort = { rounds: number; warmUpMs: number; measureMs: number }

/** The ceiling's rounds differ by less than this share of their median when nothing else runs. */
const maxSpread = 0.2
const enoughWrites = { atLeast: 10_000 }

/** Ceiling, GET, ceiling, GET, … ceiling. The ratio of each GET is to the mean of the two ceilings around it. */
export const reads = async (server: Server, stored: Stored, effort: Effort): Promise<Row[]> => {
  const job: CeilingJob = { bodyBytes: stored.taskBytes }
  const bare = await startChild<CeilingJob, CeilingReady>('./ceiling.ts', job)
  const ceilingServer = { ...server, pid: bare.child.pid ?? 0, port: bare.message.port }
  const requests = getTasks(stored)
  const measure = (which: Server) => load(which, { connections, requests, until: effort })

  await untilIdle(server.pid)
  const ceilings = [await measure(ceilingServer)]
  const gets: LoadResult[] = []
  for (let i = 0; i < effort.rounds; i++) {
    gets.push(await measure(server))
    ceilings.push(await measure(ceilingServer))
  }
  bare.child.kill()

  const rates = ceilings.map((result) => result.perSecond)
  const ratios = gets.map((result, i) => (2 * result.perSecond) / ((rates[i] ?? 0) + (rates[i + 1] ?? 0)))
  const spread = (Math.max(...rates) - Math.min(...rates)) / median(rates)
  return [
    {
      measure: 'bare node:http, GET (the ceiling)',
      value: median(rates),
      unit: '/s',
      judged: false,
      note: `${describe(ceilings)}; ${rates.length} rounds, spread ${Math.round(spread * 100)} %${spread > maxSpread ? ': NOT A QUIET MACHINE' : ''}`,
    },
    { measure: 'GET task by id', value: rate(gets), unit: '/s', judged: false, note: describe(gets) },
    {
      measure: 'GET task by id, share of the ceiling',
      value: median(ratios),
      unit: 'x',
      target: { atLeast: 0.6 },
      judged: true,
      note: `rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
    },
  ]
}

export const list = async (server: Server, effort: Effort): Promise<Row> => {
  const requests = [{ method: 'GET', path: '/api/tasks' }]
  const result = await load(server, { connections: 1, requests, until: effort })
  const note = `median of ${result.answers}, p99 ${result.p99.toFixed(1)} ms, one connection`
  return { measure: 'list of all 10,000 tasks', value: result.p50, unit: 'ms', judged: false, note }
}

export const updates = async (server: Server, stored: Stored, effort: Effort): Promise<Row> => {
  const results: LoadResult[] = []
  for (let i = 0; i < effort.rounds; i++) {
    await untilIdle(server.pid)
    results.push(await load(server, { connections, requests: updateTasks(stored), until: effort }))
  }
  const value = rate(results)
  return {
    measure: 'update tasks',
    value,
    unit: '/s',
    target: enoughWrites,
    judged: true,
    note: describe(results),
  }
}

export const updatesSequentially = async (server: Server, stored: Stored, effort: Effort): Promise<Row> => {
  await untilIdle(server.pid)
  const result = await load(server, { connections: 1, requests: updateTasks(stored), until: effort })
  const note = describe([result])
  return { measure: 'update tasks, one connection', value: result.perSecond, unit: '/s', judged: false, note }
}

/** Leaves the server with many more than 10,000 tasks. */
export const creates = async (server: Server, stored: Stored, effort: Effort): Promise<Row> => {
  await untilIdle(server.pid)
  const result = await load(server, { connections, requests: [stored.createTask], until: effort })
  const value = result.perSecond
  const note = `${describe([result])}; ${result.answers.toLocaleString('en')} more stored`
  return { measure: 'create tasks', value, unit: '/s', target: enoughWrites, judged: true, note }
}

const rate = (results: LoadResult[]): number => median(results.map((result) => result.perSecond))

const describe = (results: LoadResult[]): string => {
  const of = (field: 'p50' | 'p99' | 'serverMicroseconds' | 'clientBusy') =>
    median(results.map((r) => r[field]))
  const latency = `p50 ${of('p50').toFixed(2)} p99 ${of('p99').toFixed(2)} ms`
  return `${latency}; server ${of('serverMicroseconds').toFixed(0)} µs CPU each; client ${Math.round(of('clientBusy') * 100)} % busy`
}
