/**
 * npm run bench:spawn: from a spawn to what its agent does first, over the agent's own time: the same agent, started alone and
 * prompted at once; and what a worktree adds to it, over git's own time. The runner, its driver and the scripted agent are
 * processes, as they are in use; the agent's first deed is a file, looked for every 2 ms.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openAgent } from '../../local-dev/acp/agent'
import { createFixture } from '../e2e/fixture'
import { median } from './numbers'
import { asTable, type Row } from './table'

const runs = Number(process.env.BENCH_RUNS ?? 15)
const targetMs = 500
const worktreeTargetMs = 300
const pollMs = 2
const program = join(import.meta.dirname, '../agents/scripted-agent.mjs')

const fixture = await createFixture()
const first = join(fixture.directory, 'first')
const scenario = join(fixture.server.root, 'scenario.json')
writeFileSync(scenario, JSON.stringify({ turns: [[{ edit: { path: first, text: 'x' } }, { text: 'ok' }]] }))
const command = [process.execPath, program, scenario]
await fixture.run(['--agent-acp', command.join(' ')])

/** Milliseconds until the agent does the first thing. */
const timeOf = async (begin: () => Promise<unknown>): Promise<number> => {
  rmSync(first, { force: true })
  const began = performance.now()
  const begun = begin()
  while (!existsSync(first)) await sleep(pollMs)
  const tookMs = performance.now() - began
  await begun
  return tookMs
}

const alone = async () => {
  const agent = await openAgent({
    command,
    cwd: fixture.directory,
    env: { PATH: process.env.PATH },
    onUpdate: () => undefined,
    onPermission: async () => ({ outcome: 'cancelled' }),
    onNoise: () => undefined,
  })
  const { sessionId } = await agent.newSession({ cwd: fixture.directory })
  await agent.prompt(sessionId, [{ type: 'text', text: 'Begin.' }])
  await agent.close()
}

/** A spawn until its agent has done something, and its end. */
const spawnOnce = async (title: string, fields = {}): Promise<number> => {
  const [task] = await fixture.tasks(title)
  let id = ''
  const tookMs = await timeOf(async () => {
    id = await fixture.spawn([task?.id ?? ''], fields)
  })
  await fixture.client.sessions.stop(id)
  await fixture.ended(id)
  return tookMs
}

const gitAlone = (run: number): number => {
  const began = performance.now()
  const words = ['worktree', 'add', '-q', '-b', `alone-${run}`, join(fixture.server.root, `alone-${run}`)]
  execFileSync('git', words, { cwd: fixture.directory })
  return performance.now() - began
}

const own: number[] = []
const spawned: number[] = []
const inTree: number[] = []
const ofGit: number[] = []
try {
  for (let run = 0; run <= runs; run++) {
    const ofSpawn = await spawnOnce(`run ${run}`)
    const ofTree = await spawnOnce(`run ${run} in a tree`, { worktree: true })
    const ofWorktree = gitAlone(run)
    const ofAgent = await timeOf(alone)
    // The first run warms all of it up.
    if (run === 0) continue
    own.push(ofAgent)
    spawned.push(ofSpawn)
    inTree.push(ofTree)
    ofGit.push(ofWorktree)
  }
} finally {
  await fixture.stop()
}

const more = spawned.map((ms, run) => ms - (own[run] ?? 0))
const forTree = inTree.map((ms, run) => ms - (spawned[run] ?? 0) - (ofGit[run] ?? 0))
const row = (measure: string, value: number): Row => ({ measure, value, unit: 'ms', judged: false, note: '' })
const rows: Row[] = [
  {
    ...row('from the spawn to the agent’s first deed, over its own time (median)', median(more)),
    ...{
      target: { atMost: targetMs },
      judged: true,
      note: `at least ${Math.min(...more).toFixed(0)} ms, of ${runs} runs`,
    },
  },
  row('from the spawn to the agent’s first deed (median)', median(spawned)),
  row('the agent alone (median)', median(own)),
  {
    ...row('more in a worktree of its own, over git worktree add (median)', median(forTree)),
    ...{ target: { atMost: worktreeTargetMs }, judged: true, note: '' },
  },
  row('git worktree add alone (median)', median(ofGit)),
]
process.stdout.write(`${asTable(rows, process.stdout.isTTY)}\n`)
