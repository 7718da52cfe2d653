/** The runner of `run` and `serve --run`: its flags, and what it prints. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { ArgsDef } from 'citty'
import type { Client } from '../../functions/client/client'
import { version } from '../../package.json'
import { Drive, PermissionMode } from '../../schemas/agent'
import { chooseAgent } from '../agents/choose'
import { installedAgents } from '../agents/installed'
import { inheritedEnvironment, pathBeginningWith } from '../runner/agent-environment'
import type { RunnerEvent } from '../runner/options'
import { isTmuxInstalled, tmuxSocket } from '../runner/process/tmux'
import { startRunner } from '../runner/runner'
import { serverKeyOf } from '../runner/server-key'
import { createShimFolder } from '../runner/shim'
import type { TrackedSession } from '../runner/supervise'
import { agentFlag } from './agent-flag'
import { budgetFlags, budgetFrom } from './budget-flags'
import { UsageError } from './exit'
import { dim, sentence } from './format'
import { localConfig, ownCommand } from './this-machine'

export const runFlags = {
  agent: agentFlag,
  model: {
    type: 'string',
    valueHint: 'MODEL',
    description:
      'Model where neither the spawn nor its first task names one; default: as the agent is configured',
  },
  'permission-mode': {
    type: 'string',
    valueHint: PermissionMode.options.join('|'),
    description: 'What agents may do unasked, where the spawn does not say; default: acceptEdits',
  },
  drive: {
    type: 'string',
    valueHint: 'terminal',
    description: 'How agents are driven, where the spawn does not say: this version has no other way',
  },
  'budget-minutes': {
    ...budgetFlags['budget-minutes'],
    description: 'Minutes of work that a session may use up, where its spawn gives no budget',
  },
  'budget-usd': {
    ...budgetFlags['budget-usd'],
    description: 'US dollars that the models of a session may cost, where its spawn gives no budget',
  },
  max: { type: 'string', valueHint: 'NUMBER', description: 'How many sessions run at once; default: 4' },
  'without-tmux': {
    type: 'boolean',
    description: 'Run agents without terminals, even where tmux is installed',
  },
  'log-max': {
    type: 'string',
    valueHint: 'MEGABYTES',
    description: "How long an agent's output.log may become before its middle is left out; default: 64",
  },
  'env-allow': {
    type: 'string',
    valueHint: 'NAME,…',
    description: 'Pass agents only these variables, and what every program needs (PATH, HOME, …)',
  },
} as const satisfies ArgsDef

interface RunnerFlags {
  client: Client
  token: string | undefined
  json: boolean
  print(line: string): void
  agent?: string | undefined
  model?: string | undefined
  'permission-mode'?: string | undefined
  drive?: string | undefined
  'budget-minutes'?: string | undefined
  'budget-usd'?: string | undefined
  max?: string | undefined
  'without-tmux'?: boolean | undefined
  'env-allow'?: string | undefined
  'log-max'?: string | undefined
}

/** Starts a runner on this machine. `detach` stops it, and prints what goes on without it. */
export const startLocalRunner = async ({ client, token, json, print, ...flags }: RunnerFlags) => {
  const { sessionDir } = localConfig()
  const maxConcurrent = parseNumber('--max', flags.max ?? '4')
  const logMax = parseNumber('--log-max', flags['log-max'] ?? '64')
  const allow = parseNames(flags['env-allow'])
  const agent = flags.agent ?? process.env.MAESTRO_AGENT
  const { model = '' } = flags
  const permissionMode = parsePermissionMode(flags['permission-mode'])
  checkDrive(flags.drive)
  const budget = budgetFrom(flags)
  await checkAgentInstalled(agent)
  const terminal = !flags['without-tmux'] && (await isTmuxInstalled()) ? 'tmux' : 'none'
  const folder = await createShimFolder(sessionDir, ownCommand())
  const report = json
    ? (event: RunnerEvent) => print(JSON.stringify({ timestamp: Date.now(), ...event }))
    : createTextReporter(print)
  const runner = startRunner({
    client,
    claim: { id: `${process.pid}-${randomBytes(6).toString('hex')}`, host: hostname(), pid: process.pid },
    serverKey: serverKeyOf(client.url, token),
    sessionDir,
    maxConcurrent,
    agents: await installedAgents(inheritedEnvironment(process.env, []), version),
    terminal,
    budget,
    tmuxSocket,
    env: {
      ...inheritedEnvironment(process.env, allow),
      PATH: pathBeginningWith(folder, process.env.PATH),
      SESSION_DIR: sessionDir,
      MAESTRO_LOG_MAX: String(logMax),
      // Blank counts as absent. Without it, a running tmux server would keep the values of an earlier runner.
      MAESTRO_AGENT: agent ?? '',
      MAESTRO_MODEL: model,
      MAESTRO_PERMISSION_MODE: permissionMode ?? '',
      MAESTRO_API_TOKEN: token ?? '',
    },
    clock: Date.now,
    report,
  })
  return {
    done: runner.done,
    detach() {
      const { running, waiting } = runner.detach()
      for (const session of running)
        report({
          what: 'left',
          sessionId: session.id,
          message: `${session.name} goes on ${processText(session)}`,
        })
      const message = detachMessage(running.length, waiting.length)
      if (message !== '') report({ what: 'left', message })
    },
  }
}

/** Fails now, not with every session. A path is not checked: it may be relative to a project's directory. */
const checkAgentInstalled = async (agent: string | undefined): Promise<void> => {
  if (agent?.split(/\s/)[0]?.includes('/')) return
  await chooseAgent({ requested: agent, cwd: undefined, searchPath: process.env.PATH ?? '', demo: [] })
}

const parseNumber = (flag: string, text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new UsageError(`${flag} must be a whole number above 0`)
}

const parsePermissionMode = (text: string | undefined) => {
  const { data, success } = PermissionMode.optional().safeParse(text)
  if (success) return data
  throw new UsageError(`--permission-mode must be one of ${PermissionMode.options.join(', ')}`)
}

const checkDrive = (text: string | undefined): void => {
  if (text === 'acp') throw new UsageError('This maestro drives agents in a terminal only: --drive terminal')
  if (!Drive.optional().safeParse(text).success)
    throw new UsageError(`--drive must be one of ${Drive.options.join(', ')}`)
}

const parseNames = (text: string | undefined): string[] | undefined => {
  const names = text?.split(',').map((name) => name.trim())
  const wrong = names?.find((name) => !/^[A-Za-z_]\w*$/.test(name))
  if (wrong !== undefined)
    throw new UsageError(
      `--env-allow has "${wrong}", which is no variable's name: --env-allow NAME,OTHER_NAME`,
    )
  return names
}

/** While the server is away, only the first failed connection is printed. */
const createTextReporter = (print: (line: string) => void) => {
  let isCut = false
  return ({ what, sessionId, message }: RunnerEvent) => {
    if (what === 'cut' && isCut) return
    isCut = what === 'cut' || (isCut && what !== 'listening')
    const time = new Date().toTimeString().slice(0, 8)
    print(`${dim(time)}  ${sessionId ? `${sessionId}  ` : ''}${sentence(message)}`)
  }
}

const processText = ({ process }: TrackedSession) =>
  process?.pid === undefined ? '' : `(process ${process.pid})`

const detachMessage = (running: number, waiting: number): string =>
  [
    running > 0 ? 'the next "maestro run" on this machine takes them over' : '',
    waiting > 0 ? `${waiting} waiting to be started` : '',
  ]
    .filter((part) => part !== '')
    .join('; ')
