/**
 * `npm run bench:alternate -- BEFORE AFTER [ROUNDS]`: what the bench measures, of two commits. Both servers stand side by side, each over
 * tasks of its own, on the same processor, and take turns at every measure, at requests for some seconds: then they find the same
 * machine, minutes apart they need not. Of requests is judged the time of the processor that one takes, its file included: a rate is
 * the client's, too. They are started again each round, since how a process compiled its code stays with it; rounds are compared one
 * by one, and the median of those is judged. ROUNDS: 5 where it is not said. With `TMPDIR=/dev/shm` the disk is left out, whose calls
 * take a hundred times as long at one time as at another.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { events } from './latency'
import type { LoadRequest } from './load'
import { memory, memoryAtRest } from './memory'
import { median, quantile } from './numbers'
import { cpuSeconds } from './proc'
import { root, sleep, untilIdle } from './server'
import { startsAfterIdleKill, startsAfterKill, startsAfterStop } from './start'
import {
  closeSite,
  connections,
  getTasks,
  load,
  openSite,
  type Site,
  type Stored,
  spawnSessions,
  updateTasks,
} from './workload'

const maxWorsePercent = 5
/** So long after a burst its files are written, in milliseconds. */
const filesMs = 500
const words = process.argv.slice(2)
const [before, after, rounds = '5'] = words
if (before === undefined || after === undefined || !/^[1-9]\d*$/.test(rounds) || words.length > 3) {
  process.stderr.write('Name two commits: npm run bench:alternate -- BEFORE AFTER [ROUNDS]\n')
  process.exit(2)
}

interface Value {
  measure: string
  unit: string
  value: number
  /** Whether it tells which commit is worse. */
  judged: boolean
}
type Measure = (site: Site) => Promise<Value | Value[]>
/** By their name with its unit, in the order in which they were measured. */
type Values = Map<string, { judged: boolean; values: number[] }>

/** What a round tries once, first what needs a server that has just started. */
const once: Record<string, Measure> = {
  'start after a clean stop': (site) => startsAfterStop(site, 1),
  'memory after start': ({ server }) => memory('memory after start', server, true),
  events: ({ server, stored }) => events(server, stored),
  'start after kill -9 at rest': (site) => startsAfterIdleKill(site, 1),
  'start after kill -9 under writes': (site) => startsAfterKill(site, 1),
}

/**
 * Right after as many that warm it up: in a rest of some seconds garbage is collected, and with it goes what V8 had compiled for
 * objects of which none is left, and the room that the heap had grown to.
 */
const underLoad =
  (measure: string, atOnce: number, count: number, requestsOf: (stored: Stored) => LoadRequest[]): Measure =>
  async ({ server, stored }) => {
    const job = { connections: atOnce, requests: requestsOf(stored), until: { count } }
    await load(server, job)
    const before = cpuSeconds(server.pid)
    const { perSecond, p50 } = await load(server, { ...job, requests: requestsOf(stored) })
    await sleep(filesMs)
    const after = cpuSeconds(server.pid)
    await untilIdle(server.pid)
    const time =
      atOnce === 1
        ? { measure, unit: 'ms, median', value: p50, judged: false }
        : { measure, unit: '/s', value: perSecond, judged: false }
    const each = ((after - before) * 1e6) / count
    return [time, { measure, unit: 'us of the processor', value: each, judged: true }]
  }

/** What they create is in a project of its own: from round to round both sides have as much to list. */
const requests: Record<string, Measure> = {
  gets: underLoad('GET task by id', connections, 40_000, getTasks),
  lists: underLoad('list of 10,000 tasks', 1, 40, ({ projectId }) => [
    { method: 'GET', path: `/api/tasks?projectId=${projectId}` },
  ]),
  updates: underLoad('update tasks', connections, 10_000, updateTasks),
  'updates, one after the other': underLoad('update tasks, one connection', 1, 5_000, updateTasks),
  'spawns, one after the other': underLoad('spawn, one at a time', 1, 1_000, spawnSessions),
  spawns: underLoad(`spawn, ${connections} at a time`, connections, 2_000, spawnSessions),
  creates: underLoad('create tasks', connections, 5_000, ({ createElsewhere }) => [createElsewhere]),
}

const afterLoad: Record<string, Measure> = {
  'memory after all of that': ({ server }) => memory('memory after all of that', server, true),
  'memory at rest': ({ server }) => memoryAtRest(server, true),
}

const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()
const say = (what: string) => process.stderr.write(`${what}\n`)

const folders: string[] = []
const checkOut = (commit: string): string => {
  say(`building ${commit}`)
  const folder = mkdtempSync(join(tmpdir(), 'maestro-alternate-'))
  git('worktree', 'add', '--detach', '--force', folder, commit)
  folders.push(folder)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return folder
}

interface Side {
  site: Site
  values: Values
}

/** Else each finds another processor, which a neighbour may keep busy. */
const onOneProcessor = ({ server }: Site) =>
  execFileSync('taskset', ['-apc', `${availableParallelism() - 1}`, `${server.pid}`], { stdio: 'ignore' })

/** What runs first finds another machine: they take turns at that, too. */
let turn = 0
const inTurns = async (sides: Side[], of: Record<string, Measure>) => {
  for (const [name, measure] of Object.entries(of)) {
    say(name)
    for (const side of turn++ % 2 === 0 ? sides : sides.toReversed())
      keep(side.values, [await measure(side.site)].flat())
  }
}

const keep = (values: Values, taken: Value[]) => {
  for (const { measure, unit, value, judged } of taken) {
    const name = `${measure} (${unit})`
    const rounds = values.get(name)
    if (rounds) rounds.values.push(value)
    else values.set(name, { judged, values: [value] })
  }
}

const print = (old: Values, now: Values) => {
  const line = (...[name, one, other, change]: [string, string, string, string]) =>
    process.stdout.write(`${name.padEnd(52)} ${one.padStart(10)} ${other.padStart(10)} ${change}\n`)
  line('measure', before, after, '  change: its median, and the middle half')
  for (const [name, { values: olds, judged }] of old) {
    const nows = now.get(name)?.values ?? []
    const changes = olds.map((value, at) => 100 * ((nows[at] ?? Number.NaN) / value - 1))
    const sorted = changes.toSorted((one, other) => one - other)
    const middle = `${quantile(sorted, 0.25).toFixed(0)} to ${quantile(sorted, 0.75).toFixed(0)}`
    const change = median(changes)
    const mark = judged && change > maxWorsePercent ? '  worse' : ''
    const text = `${change.toFixed(1).padStart(7)} % (${middle}, of ${changes.length})${mark}`
    line(name, median(olds).toFixed(2), median(nows).toFixed(2), text)
  }
}

try {
  const [old, now] = [checkOut(before), checkOut(after)]
  say('storing the tasks')
  const sides: Side[] = [
    { site: await openSite(old), values: new Map() },
    { site: await openSite(now), values: new Map() },
  ]
  for (let round = 1; round <= Number(rounds); round++) {
    say(`round ${round} of ${rounds}`)
    await inTurns(sides, once)
    for (const { site } of sides) onOneProcessor(site)
    await inTurns(sides, requests)
    await inTurns(sides, afterLoad)
  }
  const [first, second] = sides
  if (first && second) print(first.values, second.values)
  for (const { site } of sides) await closeSite(site)
} finally {
  for (const folder of folders) {
    git('worktree', 'remove', '--force', folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
