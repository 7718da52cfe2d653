/**
 * `npm run bench:alternate -- BEFORE AFTER [ROUNDS]`: what the bench measures, of two commits. Both servers stand side by side, each over
 * tasks of its own, and take turns at every measure: seconds apart they find the same machine, minutes apart they need not.
 * A round's figures are compared with one another, and the median of those comparisons is judged. ROUNDS: 5 where it is not said.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { events, spawns } from './latency'
import { memory, restMs } from './memory'
import { median } from './numbers'
import { root, sleep } from './server'
import { startsAfterIdleKill, startsAfterKill, startsAfterStop } from './start'
import type { Row } from './table'
import { creates, type Effort, list, reads, updates, updatesSequentially } from './throughput'
import { closeSite, openSite, type Site } from './workload'

const maxWorsePercent = 5
const effort: Effort = { rounds: 1, warmUpMs: 300, measureMs: 1_500 }
const words = process.argv.slice(2)
const [before, after, rounds = '5'] = words
if (before === undefined || after === undefined || !/^[1-9]\d*$/.test(rounds) || words.length > 3) {
  process.stderr.write('Name two commits: npm run bench:alternate -- BEFORE AFTER [ROUNDS]\n')
  process.exit(2)
}

/** The values of each measure, by its name with its unit, round by round; NaN where one failed. */
type Values = Map<string, number[]>
type Measure = (site: Site) => Promise<Row | Row[]>

/** In their order; what needs a server that has done nothing comes right after it started. */
const measures: Record<string, Measure> = {
  'start after a clean stop': (site) => startsAfterStop(site, 1),
  'memory after start': ({ server }) => memory('memory after start', server, true),
  reads: ({ server, stored }) => reads(server, stored, effort),
  list: ({ server }) => list(server, effort),
  updates: ({ server, stored }) => updates(server, stored, effort),
  'updates, one connection': ({ server, stored }) => updatesSequentially(server, stored, effort),
  events: ({ server, stored }) => events(server, stored),
  'memory after all of that': ({ server }) => memory('memory after all of that', server, true),
  'memory at rest': async ({ server }) => {
    await sleep(restMs)
    return memory(`memory ${restMs / 1_000} s later`, server, false)
  },
  'start after kill -9 at rest': (site) => startsAfterIdleKill(site, 1),
  'start after kill -9 under writes': (site) => startsAfterKill(site, 1),
}
/** These leave more stored than they found. */
const growing: Record<string, Measure> = {
  spawns: ({ server, stored }) => spawns(server, stored, effort),
  creates: ({ server, stored }) => creates(server, stored, effort),
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

const inTurns = async (sides: { site: Site; values: Values }[], of: Record<string, Measure>) => {
  for (let round = 1; round <= Number(rounds); round++)
    for (const [name, measure] of Object.entries(of)) {
      say(`round ${round}: ${name}`)
      // What runs first finds another machine: they take turns at that, too.
      for (const { site, values } of round % 2 === 0 ? sides : sides.toReversed())
        for (const { measure: row, unit, value } of [await measure(site)].flat())
          values.set(`${row} (${unit})`, [...(values.get(`${row} (${unit})`) ?? []), value])
    }
}

const print = (old: Values, now: Values) => {
  const line = (...[name, one, other, change]: [string, string, string, string]) =>
    process.stdout.write(`${name.padEnd(48)} ${one.padStart(12)} ${other.padStart(12)} ${change}\n`)
  line('measure', before, after, ' change: its median, least and most')
  for (const [name, olds] of old) {
    const nows = now.get(name) ?? []
    const changes = olds.map((value, round) => 100 * ((nows[round] ?? Number.NaN) / value - 1))
    const change = median(changes)
    const worse = name.endsWith('(/s)') || name.endsWith('(x)') ? -change : change
    const range = `${Math.min(...changes).toFixed(0)} to ${Math.max(...changes).toFixed(0)}`
    const mark = worse > maxWorsePercent ? '  worse' : ''
    line(
      name,
      median(olds).toFixed(2),
      median(nows).toFixed(2),
      `${change.toFixed(1).padStart(7)} % (${range})${mark}`,
    )
  }
}

try {
  const [old, now] = [checkOut(before), checkOut(after)]
  say('storing the tasks')
  const sides = [
    { site: await openSite(old), values: new Map() },
    { site: await openSite(now), values: new Map() },
  ]
  await inTurns(sides, measures)
  await inTurns(sides, growing)
  const [first, second] = sides
  if (first && second) print(first.values, second.values)
  for (const { site } of sides) await closeSite(site)
} finally {
  for (const folder of folders) {
    git('worktree', 'remove', '--force', folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
