/**
 * npm run bench:spawn: from a spawn to what its agent does first, over the agent's own time: the same agent, started alone and
 * prompted at once. The runner, its driver and the scripted agent are processes, as they are in use; the agent's first deed is
 * a file, looked for every 2 ms.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openAgent } from '../../local-dev/acp/agent'
import { createFixture } from '../e2e/fixture'
import { median } from './numbers'
import { asTable, type Row } from './table'

const runs = Number(process.env.BENCH_RUNS ?? 15)
const targetMs = 500
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

const own: number[] = []
const spawned: number[] = []
try {
  for (let run = 0; run <= runs; run++) {
    const [task] = await fixture.tasks(`run ${run}`)
    let id = ''
    const ofSpawn = await timeOf(async () => {
      id = await fixture.spawn([task?.id ?? ''])
    })
    await fixture.client.sessions.stop(id)
    await fixture.ended(id)
    const ofAgent = await timeOf(alone)
    // The first run warms all of it up.
    if (run === 0) continue
    own.push(ofAgent)
    spawned.push(ofSpawn)
  }
} finally {
  await fixture.stop()
}

const more = spawned.map((ms, run) => ms - (own[run] ?? 0))
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
]
process.stdout.write(`${asTable(rows, process.stdout.isTTY)}\n`)
