/**
 * Real MCP clients against the mock model, offline: npm run try:mcp [-- AGENT …]. The programs are found in PATH. Each lists the
 * tools and carries out claim, report, release: configured by `maestro mcp install`, and once more with the address of `/mcp`.
 */
import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createClient } from '../../functions/client/client'
import { toolsOf } from '../../functions/mcp/tools'
import { findProgram } from '../../local-dev/lib/find-program'
import { writeOverHttp } from './try/mcp-over-http'
import { endProcess } from './try/model'
import { makePlace, program } from './try/place'

const run = promisify(execFile)
const say = (text: string) => void process.stdout.write(`${text}\n`)

/** How each begins a conversation that nobody watches, and may use what it is given. */
const calls: Readonly<Record<string, readonly string[]>> = {
  claude: ['--print', '--allowedTools', 'mcp__maestro', '--', 'Begin'],
  codex: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', 'Begin'],
  gemini: ['--skip-trust', '--yolo', '--prompt', 'Begin'],
  opencode: ['run', 'Begin'],
}

/** How long one may take to begin, work and end, in milliseconds. */
const patienceMs = 240_000

/** Standard input and output of `maestro mcp`, or `/mcp`. */
const ways = ['stdio', 'http'] as const

interface Trial {
  version: string
  tools: number
  claimed: boolean
  reported: boolean
  status: string
}

interface Place {
  env: Record<string, string>
  cwd: string
  /** Where what it prints goes. */
  log: string
}

/** Resolves when it has ended: by itself, or because it took too long. */
const converse = async (agent: string, args: readonly string[], { env, cwd, log }: Place): Promise<void> => {
  const output = openSync(log, 'a')
  // Some wait for the end of what they are given to read.
  const spoken = spawn(agent, [...args], { env, cwd, stdio: ['ignore', output, output] })
  const timer = setTimeout(() => void endProcess(spoken), patienceMs)
  await new Promise((resolve) => spoken.once('close', resolve))
  clearTimeout(timer)
}

const tryAgent = async (agent: string, way: (typeof ways)[number], folder: string): Promise<Trial> => {
  const { home, app, logs, model, modelLog, url, environment } = await makePlace(folder)
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'maestro'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  chmodSync(join(bin, 'maestro'), 0o755)
  const env = { ...environment, PATH: `${bin}:${environment.PATH}`, MAESTRO_SERVER_URL: url }
  const output = openSync(join(logs, 'serve.log'), 'a')
  const server = spawn(process.execPath, [program, 'serve'], {
    env,
    cwd: folder,
    stdio: ['ignore', output, output],
  })
  try {
    const client = createClient({ url })
    for (let left = 300; !(await client.health().catch(() => undefined)); left--) {
      if (left === 0) throw new Error('the server does not answer')
      await sleep(200)
    }
    const { id: projectId } = await client.projects.create({ name: agent, workingDir: app })
    const task = await client.tasks.create({ projectId, title: 'Add the login page' })
    const session = await client.sessions.create({ projectId, taskIds: [], strategy: 'tree' })
    const { token } = await client.sessions.token(session.id)
    await model.setScript([
      { mcp: 'claim_next' },
      { mcp: 'report', input: { taskId: task.id, message: 'Half done' } },
      { mcp: 'release', input: { taskId: task.id, outcome: 'completed', message: 'Done' } },
      { say: 'Done.' },
    ])
    if (way === 'http') writeOverHttp[agent]?.(home, `${url}/mcp`)
    else await run(join(bin, 'maestro'), ['mcp', 'install', agent], { env })
    const version =
      (await run(agent, ['--version'], { env, cwd: app })).stdout.trim().split('\n').at(-1) ?? ''
    const own = { ...env, MAESTRO_API_TOKEN: token, MAESTRO_SESSION_ID: session.id }
    await converse(agent, calls[agent] ?? [], { env: own, cwd: app, log: join(logs, 'agent.log') })
    const asked = readFileSync(modelLog, 'utf8')
    const { timeline } = await client.sessions.get(session.id)
    const { status, lastClaim } = await client.tasks.get(task.id)
    return {
      version: /\d[\w.-]*/.exec(version)?.[0] ?? version,
      tools: toolsOf('worker').filter(({ name }) => new RegExp(`[_"]${name}"`).test(asked)).length,
      claimed: lastClaim !== undefined,
      reported: timeline.some(({ message }) => message === 'Half done'),
      status,
    }
  } finally {
    await endProcess(server)
    await endProcess(model.process)
  }
}

const tools = toolsOf('worker').length

/** Its line of the table. */
const rowOf = async (agent: string, way: (typeof ways)[number]): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), `maestro-mcp-${agent}-`))
  const trial = await tryAgent(agent, way, folder).catch((error: unknown) => {
    say(`${agent}: ${error instanceof Error ? error.message : error}`)
    return undefined
  })
  const isDone = trial?.status === 'completed' && trial.claimed && trial.reported && trial.tools === tools
  if (isDone) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  else {
    say(`${agent} over ${way}: NO (see ${folder})`)
    process.exitCode = 1
  }
  return [
    agent,
    trial?.version ?? '',
    way,
    `${trial?.tools ?? 0} of ${tools}`,
    trial?.claimed ? 'claimed' : 'NO',
    trial?.reported ? 'reported' : 'NO',
    trial?.status ?? 'NO',
  ]
}

const wanted = process.argv.slice(2)
const rows: string[][] = []
for (const agent of Object.keys(calls)) {
  if (wanted.length > 0 && !wanted.includes(agent)) continue
  if ((await findProgram(agent, process.env.PATH ?? '')) === undefined) {
    say(`${agent}: not here`)
    continue
  }
  for (const way of ways) rows.push(await rowOf(agent, way))
}
for (const row of [
  ['agent', 'version', 'over', 'tools listed', 'claim', 'report', 'task after release'],
  ['---', '---', '---', '---', '---', '---', '---'],
  ...rows,
])
  say(`| ${row.join(' | ')} |`)
