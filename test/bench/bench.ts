/** npm run bench [-- --json] [-- --quick]: what the server does on this machine, beside what it should do. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'
import { events, spawns } from './latency'
import { memory, memoryAtRest } from './memory'
import { startsAfterIdleKill, startsAfterKill, startsAfterStop } from './start'
import { asJson, asTable, type Row } from './table'
import { creates, type Effort, list, reads, updates, updatesSequentially } from './throughput'
import { closeSite, connections, openSite, type Site, type Stored, storedTasks } from './workload'

const flags = new Set(process.argv.slice(2))
const unknown = [...flags].filter((flag) => flag !== '--json' && flag !== '--quick')
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown: ${unknown.join(' ')}. Known: --json (for machines), --quick (one short round)\n`,
  )
  process.exit(2)
}

const effort: Effort = flags.has('--quick')
  ? { rounds: 1, warmUpMs: 300, measureMs: 1_000 }
  : { rounds: 3, warmUpMs: 1_000, measureMs: 3_000 }
const rows: Row[] = []
const loadBefore = loadavg()[0] ?? 0

/** Everything that leaves the 10,000 tasks as many as they are. */
const onStoredTasks = async (site: Site): Promise<void> => {
  const { stored } = site
  await attempt('start after a clean stop', () => startsAfterStop(site, effort.rounds))
  await attempt('memory after start', () => memory('memory after start', site.server, true))
  await attempt('GET task by id', () => reads(site.server, stored, effort))
  await attempt('list of all 10,000 tasks', () => list(site.server, effort))
  await attempt('update tasks', () => updates(site.server, stored, effort))
  await attempt('update tasks, one connection', () => updatesSequentially(site.server, stored, effort))
  await attempt('event to 100 clients', () => events(site.server, stored))
  await attempt('memory after the load', () => memory('memory after all of that', site.server, true))
  await attempt('memory at rest', () => memoryAtRest(site.server, false))
  await attempt('start after kill -9 at rest', () => startsAfterIdleKill(site, effort.rounds))
  await attempt('start after kill -9 under writes', () => startsAfterKill(site, effort.rounds))
  await attempt('spawn', () => spawns(site.server, stored, effort))
  await closeSite(site)
}

/** Creates start from 10,000 tasks each round, on a server and a directory of their own. */
const onGrowingStore = async (): Promise<void> => {
  await attempt('create tasks', async () => {
    const rounds: Row[] = []
    for (let i = 0; i < effort.rounds; i++) {
      const site = await openSite()
      rounds.push(await creates(site.server, site.stored, effort))
      await closeSite(site)
    }
    return rounds.toSorted((a, b) => a.value - b.value).at(Math.floor(rounds.length / 2)) ?? []
  })
}

/** A measure that fails is a row that says so; the others still run. */
const attempt = async (measure: string, run: () => Promise<Row | Row[]>): Promise<void> => {
  logProgress(measure)
  try {
    rows.push(...[await run()].flat())
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error)
    rows.push({
      measure,
      value: Number.NaN,
      unit: 'ms',
      judged: true,
      note: note.replace(/\s+/g, ' ').slice(0, 300),
    })
  }
}

const print = (stored: Stored): void => {
  const context = {
    commit: commit(),
    at: new Date().toISOString(),
    node: process.version,
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    loadAverageBefore: loadBefore,
    connections,
    storedTasks,
    taskBytes: stored.taskBytes,
    durability: 'process',
    ...effort,
  }
  if (flags.has('--json')) {
    process.stdout.write(`${asJson(rows, context)}\n`)
    return
  }
  const colour = process.stdout.isTTY && !process.env.NO_COLOR
  const { cpu, node, taskBytes } = context
  process.stdout.write(
    `\n${asTable(rows, colour)}\n\n${storedTasks.toLocaleString('en')} tasks of ${taskBytes} bytes stored, ` +
      `${connections} connections, DURABILITY=process; median of ${effort.rounds} × ${effort.measureMs / 1_000} s. ` +
      `Node ${node}, ${cpu}, ${context.memoryGigabytes} GB, load before ${loadBefore.toFixed(2)}, commit ${context.commit}.\n`,
  )
}

const commit = (): string => {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}

const logProgress = (what: string): void => {
  process.stderr.write(`bench: ${what}\n`)
}

logProgress(`storing ${storedTasks} tasks`)
const site = await openSite()
await onStoredTasks(site)
await onGrowingStore()
print(site.stored)
process.exit(rows.some((row) => Number.isNaN(row.value)) ? 1 : 0)
