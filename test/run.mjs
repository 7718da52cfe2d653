/**
 * `npm run test:quick` and `npm run test:long -- NAME`: parts of the tests, with less or more of what they make up.
 * `TEST_SEED` repeats a run; `TEST_SCALE` is how much of each random test is done, 1 in `npm test`.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const quickScale = 0.05
const longScale = 100
const progressEveryMs = 5000

const campaigns = {
  crash: {
    about: 'kill -9 under fifty writers, 200 times, in both durability modes',
    args: ['--project', 'node', 'test/crash/crash.test.ts'],
  },
  'large-changes': {
    about:
      'kill -9 while one request changes 1,200 tasks and their session, 200 times, in both durability modes',
    args: ['--project', 'node', 'test/crash/large-changes.test.ts'],
  },
  long: {
    about:
      'long sessions: kill -9 under eight writers, 120 times, half of them with each durability; 400 power failures at any byte',
    args: ['--project', 'node', 'test/crash/long-sessions.test.ts', 'test/drivers/long-power.test.ts'],
  },
  'long-hosted': {
    about:
      'a session of 100,000 entries in Miniflare: appended to, lost with its object, and restored from its copy',
    args: ['--project', 'hosted', 'test/hosted/restore.test.ts'],
  },
  frozen: {
    about: 'a server frozen under twenty writers while another takes its directory over, 20 times',
    args: ['--project', 'node', 'test/crash/frozen.test.ts'],
  },
  build: {
    about: 'a build killed 200 times and in each of its last changes to files, and one that is damaged',
    args: ['--project', 'node', 'test/node/build-kill.test.ts', 'test/node/build.test.ts'],
  },
  fuzz: {
    about:
      '3,800 sequences of 25 hostile requests to every operation on each host, and a client that is cut off meanwhile',
    args: [
      ...['--project', 'server', '--project', 'hosted'],
      'test/contract/fuzz.test.ts',
      'test/contract/named-events.test.ts',
      'test/contract/reconnect.test.ts',
    ],
  },
  'zero-one': {
    about:
      'version 0.1.0, built from the history: its command, runner and driver against this server; its server after this one was killed, 30 times',
    args: ['--project', 'node', 'test/campaigns/zero-one'],
  },
  answers: {
    about: '500 requests, each answered by two people at once, on each host',
    args: ['--project', 'server', '--project', 'hosted', 'test/contract/answers.test.ts'],
  },
  messages: {
    about: '1,000 messages to 10 sessions, delivered while the server is killed 25 times',
    args: ['--project', 'node', 'test/crash/messages.test.ts'],
  },
  holders: {
    about:
      '1,000 of 2,000 sessions that beat and hold a claim killed, 10 of 20 in each round, while the server is stopped for 60 s, restarted, and its wall clock moved by an hour',
    args: ['--project', 'node', 'test/crash/beats.test.ts'],
  },
  claims: {
    about:
      '64 sessions claim one task at once, 10,000 times on Node and 500 hosted; trees of 200 tasks, done by 8 agents of which 3 are lost',
    args: ['--project', 'server', '--project', 'hosted', 'test/contract/claim-race.test.ts'],
  },
  kills: {
    about:
      '200 kills of runner, driver, agent and server in any combination, among 6 sessions that are sent 1,000 messages',
    args: ['--project', 'node', 'test/crash/kills.test.ts'],
  },
  faces: {
    about: 'REST, client, command line and reference asked the same, 400 inputs for each operation',
    args: ['--project', 'memory', 'test/functions/faces.test.ts'],
  },
  worktrees: {
    about:
      '300 repositories with agents, stashes, rebases, links and odd names, merged and cleaned in any order; making, merge and clean killed at every call of git; every reason to keep a tree',
    args: ['--project', 'worktrees'],
  },
  rules: {
    about: 'models of queue, session and task against the rules',
    args: ['--project', 'memory', 'test/rules'],
  },
  recovery: {
    about: 'journals that are cut, damaged or killed in the middle, and disks that fail',
    args: [
      ...['--project', 'node', 'test/drivers/recovery'],
      ...['--project', 'memory', 'test/storage/sequential-commit.test.ts'],
    ],
  },
}

const say = (text) => process.stderr.write(`${text}\n`)

const timer = () => {
  const began = performance.now()
  return () => `${((performance.now() - began) / 1000).toFixed(1)} s`
}

/** Runs vitest. Resolves with its exit code. */
const vitest = (args, env, stdio = 'inherit') => {
  const program = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [program, 'run', ...args], { env: { ...process.env, ...env }, stdio })
  child.stdout?.pipe(process.stdout)
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
}

const runQuick = async (args) => {
  const scale = process.env.TEST_SCALE ?? String(quickScale)
  const passed = timer()
  process.exitCode = await vitest(['--project', 'memory', '--project', 'quick', ...args], {
    TEST_SCALE: scale,
    TEST_WORKERS_PER_CORE: '1',
  })
  say(`${passed()} at TEST_SCALE=${scale}`)
}

const runLong = async (name, { about, args }, others) => {
  const scale = process.env.TEST_SCALE ?? String(longScale)
  say(`${name}: ${about}${scale === String(longScale) ? '' : ` (${Number(scale)} % of it)`}`)
  const folder = mkdtempSync(join(tmpdir(), 'maestro-figures-'))
  const file = join(folder, 'figures')
  const passed = timer()
  let last = ''
  const progress = setInterval(() => {
    const line = figuresIn(file).text
    if (line !== last) say(`${name}, ${passed()}: ${line}`)
    last = line
  }, progressEveryMs)
  // Interrupted, vitest ends, and what was done until then is still told.
  process.on('SIGINT', () => undefined)
  // Through a pipe, so that vitest writes no lines over those of the progress.
  const stdio = ['inherit', 'pipe', 'inherit']
  process.exitCode = await vitest([...args, ...others], { TEST_SCALE: scale, TEST_FIGURES: file }, stdio)
  clearInterval(progress)
  const { text, seed } = figuresIn(file)
  say(`${name}: ${text} in ${passed()}, TEST_SCALE=${scale} TEST_SEED=${seed}`)
  rmSync(folder, { recursive: true, force: true })
}

/** The figures of all workers (test/figures.ts) together. */
const figuresIn = (file) => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  // What comes after the last line break is still being written.
  const records = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  const lastOfProcess = new Map(records.map((record) => [record.pid, record.figures]))
  const sums = {}
  for (const figures of lastOfProcess.values())
    for (const [figure, value] of Object.entries(figures)) sums[figure] = (sums[figure] ?? 0) + value
  const texts = Object.entries(sums).map(([figure, value]) => `${value.toLocaleString('en')} ${figure}`)
  return { text: texts.sort().join(', ') || 'nothing yet', seed: records.at(-1)?.seed }
}

const [kind, ...args] = process.argv.slice(2)
if (kind === 'quick') await runQuick(args)
else {
  const [name = '', ...others] = args
  if (Object.hasOwn(campaigns, name)) await runLong(name, campaigns[name], others)
  else {
    say(name === '' ? 'Name one: npm run test:long -- NAME' : `There is no campaign "${name}". There are:`)
    for (const [known, { about }] of Object.entries(campaigns)) say(`  ${known.padEnd(10)}${about}`)
    process.exitCode = 64
  }
}
