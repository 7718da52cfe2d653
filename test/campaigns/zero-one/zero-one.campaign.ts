// The server is upgraded, and commands, runners and drivers of version 0.1.0 still talk to it.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { parseTrusted } from '../../../schemas/json-text'
import { maestroWith } from '../../cli/maestro'
import { startServer } from '../../contract/server'
import type { Recorded } from '../../contract/zero-one/recorded'
import { count } from '../../figures'
import { buildZeroOne } from './old-build'
import { startRecorder } from './recorder'

const old = buildZeroOne()
afterAll(() => old.remove())
const run = promisify(execFile)

/** Runs a script with the command of 0.1.0 on its path, and answers what it printed and what was asked of the server. */
const runOld = async (script: string) => {
  // What the old server answered is written down where TEST_RECORD is set.
  const command = [process.execPath, join(old.folder, 'dist/server.js')] as const
  const recorder = await startRecorder()
  onTestFinished(() => recorder.close())
  // What a session is told, so that what its driver asks is written down, too.
  const env = { SERVER_URL: recorder.url }
  const server = await startServer({ env, ...(process.env.TEST_RECORD && { command }) })
  onTestFinished(async () => void (await server.stop()))
  recorder.forwardTo(server.port)
  mkdirSync(join(server.root, 'bin'))
  symlinkSync(join(old.folder, 'dist/cli.js'), join(server.root, 'bin/maestro'))
  const whole = `${script}\nkill -TERM $(jobs -p); wait`
  const { stdout } = await run('bash', ['-c', whole], {
    cwd: server.root,
    env: {
      HOME: server.root,
      PATH: `${join(server.root, 'bin')}:${process.env.PATH}`,
      SESSION_DIR: server.sessionDir,
      SKILLS_DIR: server.skillsDir,
      MAESTRO_SERVER_URL: recorder.url,
      DIRECT: server.url,
    },
    timeout: 120_000,
  })
  count('requests', recorder.recorded.length)
  const json = JSON.stringify(recorder.recorded)
    .replaceAll(server.root, '/home/ada')
    .replaceAll(recorder.url, 'http://localhost:3000')
  return { stdout, recorded: parseTrusted<Recorded[]>(json) }
}

/** Writes down every change, and of reads of one kind the last, for test/contract/zero-one.test.ts. */
const keep = (name: string, recorded: readonly Recorded[]) => {
  if (!process.env.TEST_RECORD) return
  const kindOf = ({ method, path }: Recorded) => `${method} ${path.replace(/_\d+_\w+/g, '')}`
  const last = new Map(recorded.map((each) => [kindOf(each), each]))
  const isWorthIt = (each: Recorded) => each.method !== 'GET' || last.get(kindOf(each)) === each
  const lines = recorded
    .filter(({ path, answer }) => answer !== undefined && !/^\/(health|api\/templates)/.test(path))
    .filter(isWorthIt)
    .map((each) => `${JSON.stringify(each)}\n`)
  writeFileSync(join(import.meta.dirname, `../../contract/zero-one/${name}.ndjson`), lines.join(''))
}

/** Ids, times and directories differ from run to run; what comes from several programs, in its order. */
const normal = (lines: string[]) =>
  lines
    .map((line) =>
      line
        .replace(/(proj|task|sess)_\d+_[0-9a-z]{9}/g, '$1_ID')
        .replace(/^\d\d:\d\d:\d\d/, 'TIME')
        .replace(/\d+\.\d s$/, 'SECONDS')
        .replace(/\/\S*\/app$/, 'APP'),
    )
    .sort()

it('the session of its README prints what it shows', { timeout: 120_000 }, async () => {
  const [, block = ''] =
    /```console\n([\s\S]*?)```/.exec(readFileSync(join(old.folder, 'README.md'), 'utf8')) ?? []
  const lines = block.trimEnd().split('\n')
  const commands = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
  const runner = 'maestro run --without-tmux --agent demo > maestro.log & sleep 2'
  const { stdout, recorded } = await runOld([runner, ...commands.slice(1)].join('\n'))
  keep('readme', recorded)
  expect(normal(stdout.trimEnd().split('\n'))).toEqual(normal(lines.filter((line) => !line.startsWith('$ '))))
})

it('agents that report, ask, fail, crash, say nothing or work a queue end, and no task looks busy', {
  timeout: 150_000,
}, async () => {
  const { stdout, recorded } = await runOld(readFileSync(join(import.meta.dirname, 'session.sh'), 'utf8'))
  keep('agents', recorded)
  if (process.env.TEST_RECORD) return
  const [, sessions = '', tasks = ''] = stdout.split(/^ID .*\n/m)
  const ended = sessions
    .match(/(completed|failed|stopped|working) +worker.*/g)
    ?.map((line) => line.split(/ +/))
  expect(ended?.map(([status, , , , , , ...name]) => [name.join(' '), status])).toEqual([
    ['that is done', 'completed'],
    ['that asks', 'completed'],
    ['that is blocked', 'completed'],
    ['that fails', 'completed'],
    ['that says nothing', 'completed'],
    ['that crashes', 'failed'],
    [expect.stringMatching('Worker for task_'), 'completed'],
  ])
  const said = tasks.match(/^task_\S+ +todo .*/gm)?.map((line) => line.split(/ {2,}/))
  expect(said?.map(([, , says, , title]) => [title, says])).toEqual([
    ['Something that is done', 'completed'],
    ['Something that asks', '-'],
    ['Something that is blocked', 'blocked'],
    ['Something that fails', 'failed'],
    ['Something that says nothing', '-'],
    ['Something that crashes', 'failed'],
    ['One in a queue', 'completed'],
    ['Two in a queue', 'completed'],
  ])
})

it('the present command and runner say which version they found', async () => {
  const server = await startServer({ command: [process.execPath, join(old.folder, 'dist/server.js')] })
  onTestFinished(async () => void (await server.stop()))
  const { run } = maestroWith({ MAESTRO_SERVER_URL: server.url, HOME: server.root })
  const project = await run(['project', 'create', '--name', 'app'])
  expect(project).toMatchObject({ code: 0 })
  const refused = {
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('is version 0.1.0, which does not know'),
  }
  expect(await run(['run', '--agent', 'demo'])).toEqual(refused)
})
