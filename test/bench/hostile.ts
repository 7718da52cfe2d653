/**
 * npm run bench:hostile [-- --json] [-- --only TEXT]: what one costly request does to everybody else. Each kind at 1, 4 and
 * 16 times the size; nothing in it is random.
 */
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { startChild } from './children'
import { bodies } from './hostile/bodies'
import type { Kind } from './hostile/kind'
import { live } from './hostile/live'
import type { ProberJob, ProberReport } from './hostile/prober'
import { relations } from './hostile/relations'
import { openTarget } from './hostile/target'
import { median, quantile } from './numbers'
import { residentMegabytes } from './proc'
import { sleep, untilIdle } from './server'

/** Each attack is repeated so often; its time is the median. */
const rounds = 3
const steps = [1, 4, 16]
/** The server gives memory back some seconds after the last work. */
const restMs = 10_000
/** For so long /health is asked for before the first attack. */
const idleForMs = 1000
/** What asking for /health all the time costs the server, of one core. */
const maxProberLoad = 0.3
const targets = { ratio: 2, healthMs: 50, turnMs: 20, memory: 1.5 }

interface Result {
  kind: string
  unit: string
  sizes: number[]
  /** How long the attack takes at each size. */
  milliseconds: number[]
  /** The most that a unit costs at a size, in units of what it costs at a smaller one. */
  ratio: number
  /** What /health took at the same time: the 99th percentile, at the largest size. */
  healthMs: number
  /** The same right before, while the server had nothing else to do: what the machine alone makes of it. */
  idleMs: number
  /** At the largest size: see `takeTurns`. */
  turnMs: number
  gcMs: number
  /** Resident, before the first attack and some seconds after the last, in megabytes. */
  before: number
  after: number
  failure?: string
}

const { values: flags } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } })
const logProgress = (text: string) => process.stderr.write(`${text}\n`)

/** Runs an attack while /health is asked for; resolves with its time, and what /health took. */
const strike = async (attack: () => Promise<unknown>, takeLatencies: () => Promise<number[]>) => {
  await takeLatencies()
  const startedAt = performance.now()
  await attack()
  const milliseconds = performance.now() - startedAt
  return { milliseconds, latencies: await takeLatencies() }
}

const p99 = (values: number[]) =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.99,
  )

const startProber = async (port: number) => {
  const { child } = await startChild<ProberJob, ProberReport>('./hostile/prober.ts', { port })
  return {
    take: () =>
      new Promise<number[]>((resolve) => {
        child.once('message', resolve)
        child.send('report')
      }),
    stop: () => void child.kill('SIGKILL'),
  }
}

/** A server of its own for each size: everything is prepared on it, then it is attacked. */
const measureSize = async (kind: Kind, size: number, isLast: boolean) => {
  const target = await openTarget()
  const prober = await startProber(target.server.port)
  try {
    const attacks: (() => Promise<unknown>)[] = []
    for (let round = 0; round < rounds; round++) attacks.push(await kind.prepare(target, size))
    await untilIdle(target.server.pid, maxProberLoad)
    const before = residentMegabytes(target.server.pid)
    await prober.take()
    await sleep(idleForMs)
    const idleMs = p99(await prober.take())
    target.takeTurns()
    const milliseconds: number[] = []
    const latencies: number[] = []
    for (const attack of attacks) {
      const struck = await strike(attack, prober.take)
      milliseconds.push(struck.milliseconds)
      latencies.push(...struck.latencies)
    }
    // To be asked all the time is no rest.
    prober.stop()
    if (isLast) await sleep(restMs)
    return {
      ...target.takeTurns(),
      milliseconds: median(milliseconds),
      healthMs: p99(latencies),
      idleMs,
      before,
      after: residentMegabytes(target.server.pid),
    }
  } finally {
    prober.stop()
    await target.close()
  }
}

const measure = async (kind: Kind): Promise<Result> => {
  const sizes = steps.map((step) => step * kind.base)
  const measured: Awaited<ReturnType<typeof measureSize>>[] = []
  for (const size of sizes) measured.push(await measureSize(kind, size, size === sizes.at(-1)))
  const times = measured.map(({ milliseconds }) => milliseconds)
  const perUnit = times.map((time, at) => time / (sizes[at] ?? 1))
  const growths = perUnit.flatMap((later, at) => perUnit.slice(0, at).map((earlier) => later / earlier))
  const {
    healthMs = Number.NaN,
    idleMs = Number.NaN,
    turnMs = Number.NaN,
    gcMs = Number.NaN,
    before = Number.NaN,
    after = Number.NaN,
  } = measured.at(-1) ?? {}
  return {
    kind: kind.name,
    unit: kind.unit,
    sizes,
    milliseconds: times,
    ratio: Math.max(...growths),
    healthMs,
    idleMs,
    turnMs,
    gcMs,
    before,
    after,
  }
}

const failed = (kind: Kind, error: unknown): Result => ({
  kind: kind.name,
  unit: kind.unit,
  sizes: [],
  milliseconds: [],
  ratio: Number.NaN,
  healthMs: Number.NaN,
  idleMs: Number.NaN,
  turnMs: Number.NaN,
  gcMs: Number.NaN,
  before: Number.NaN,
  after: Number.NaN,
  failure: (error instanceof Error ? error.message : String(error)).slice(0, 200),
})

const inMs = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0))
const marked = (text: string, isMet: boolean) => (isMet ? text : `${text} !`)

const asLine = (result: Result): string => {
  if (result.failure !== undefined) return `| ${result.kind} | failed: ${result.failure} |`
  const { kind, unit, sizes, milliseconds, ratio, healthMs, idleMs, turnMs, gcMs, before, after } = result
  return `| ${[
    kind,
    `${sizes.at(0)?.toLocaleString('en')} to ${sizes.at(-1)?.toLocaleString('en')} ${unit}`,
    milliseconds.map(inMs).join(' · '),
    marked(ratio.toFixed(1), ratio <= targets.ratio),
    `${marked(inMs(healthMs), healthMs < targets.healthMs)} (${inMs(idleMs)})`,
    `${marked(inMs(turnMs), turnMs < targets.turnMs)} (${inMs(gcMs)})`,
    marked(`${before.toFixed(0)} → ${after.toFixed(0)}`, after <= targets.memory * before),
  ].join(' | ')} |`
}

const results: Result[] = []
for (const kind of [...bodies, ...relations, ...live]) {
  if (flags.only !== undefined && !kind.name.includes(flags.only)) continue
  const result = await measure(kind).catch((error: unknown) => failed(kind, error))
  results.push(result)
  logProgress(asLine(result))
}
const load = (loadavg()[0] ?? 0).toFixed(1)
const head = [
  '| kind | size | ms at 1, 4, 16 × | unit at a larger size costs (≤ 2 ×) | /health p99, ms (< 50; idle) | longest turn, CPU ms (< 20; garbage collector) | MB before and after |',
  '|---|---|---|---|---|---|---|',
]
process.stdout.write(
  flags.json
    ? `${JSON.stringify({ node: process.version, load, targets, results }, null, 2)}\n`
    : `${[...head, ...results.map(asLine)].join('\n')}\n\nNode ${process.version}, load of the machine ${load}; ! is a miss.\n`,
)
process.exit(results.some(({ failure }) => failure !== undefined) ? 1 : 0)
