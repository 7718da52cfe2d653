/** The runner of `run` and `serve --run`: its flags, and what it prints. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Client } from '../../functions/client/client'
import { version } from '../../package.json'
import { chooseAgent, programOf } from '../agents/choose'
import { chooseDrive } from '../agents/drive'
import { installedAgents } from '../agents/installed'
import { inheritedEnvironment, pathBeginningWith } from '../runner/agent-environment'
import type { RunnerEvent } from '../runner/options'
import { isTmuxInstalled, tmuxSocket } from '../runner/process/tmux'
import { startRunner } from '../runner/runner'
import { serverKeyOf } from '../runner/server-key'
import { createShimFolder } from '../runner/shim'
import type { TrackedSession } from '../runner/tracked'
import { dim, sentence } from './format'
import { type RunFlags, readRunFlags } from './run-flags'
import { localConfig, ownCommand } from './this-machine'

interface RunnerFlags extends RunFlags {
  client: Client
  token: string | undefined
  json: boolean
  print(line: string): void
}

/** Starts a runner on this machine. `detach` stops it, and prints what goes on without it. */
export const startLocalRunner = async ({ client, token, json, print, ...flags }: RunnerFlags) => {
  const { sessionDir } = localConfig()
  const { maxConcurrent, budget, envAllow, withoutTmux, worktree, agentEnv } = await readRunFlags(
    flags,
    process.env,
    process.cwd(),
  )
  await checkAgentInstalled({ ...process.env, ...agentEnv })
  const terminal = !withoutTmux && (await isTmuxInstalled()) ? 'tmux' : 'none'
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
    worktree,
    tmuxSocket,
    env: {
      ...inheritedEnvironment(process.env, envAllow),
      PATH: pathBeginningWith(folder, process.env.PATH),
      SESSION_DIR: sessionDir,
      ...agentEnv,
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
const checkAgentInstalled = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const { MAESTRO_AGENT: requested, PATH: searchPath = '' } = env
  const isAcp = (await chooseDrive({ drive: undefined, named: undefined, cwd: undefined, env })) !== undefined
  if (isAcp) return
  if (requested?.split(/\s/)[0]?.includes('/')) return void programOf(requested)
  await chooseAgent({ requested, cwd: undefined, searchPath, demo: [] })
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
