/** The runner as `run` and `serve --run` have it: its flags, and what it says. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { delimiter } from 'node:path'
import type { ArgsDef } from 'citty'
import type { Client } from '../../functions/client/client'
import { chooseAgent } from '../agents/choose'
import type { News, RunningSession } from '../runner/options'
import { ownProgramFolder } from '../runner/own-program'
import { startRunner } from '../runner/runner'
import { isTmuxThere, tmuxSocket } from '../runner/tmux'
import { UsageError } from './exit'
import { dim, sentence } from './look'
import { configuration, ownProgram } from './this-machine'

export const runFlags = {
  agent: {
    type: 'string',
    valueHint: 'AGENT',
    description:
      'claude, codex, gemini, opencode, demo, or a command line with {prompt} or {promptFile}; default MAESTRO_AGENT, else the first of them on PATH',
  },
  max: { type: 'string', valueHint: 'NUMBER', description: 'So many sessions at once, default 4' },
  'without-tmux': { type: 'boolean', description: 'Without terminals, also where tmux is installed' },
} as const satisfies ArgsDef

interface Wanted {
  client: Client
  json: boolean
  print(line: string): void
  agent?: string | undefined
  max?: string | undefined
  'without-tmux'?: boolean | undefined
}

/** Starts a runner on this machine. `leave` says what still runs, and leaves it running. */
export const runHere = async ({ client, json, print, ...wanted }: Wanted) => {
  const { sessionDir } = configuration()
  const max = numberOf(wanted.max ?? '4')
  const agent = wanted.agent ?? process.env.MAESTRO_AGENT
  await checkAgent(agent)
  const terminal = !wanted['without-tmux'] && (await isTmuxThere()) ? 'tmux' : 'none'
  const folder = await ownProgramFolder(sessionDir, ownProgram())
  const tell = json
    ? (news: News) => print(JSON.stringify({ timestamp: Date.now(), ...news }))
    : teller(print)
  const runner = startRunner({
    client,
    claim: { id: `${process.pid}-${randomBytes(6).toString('hex')}`, host: hostname(), pid: process.pid },
    sessionDir,
    max,
    terminal,
    tmuxSocket,
    env: {
      ...process.env,
      PATH: [folder, process.env.PATH].join(delimiter),
      // Blank is absent. A tmux server that is there already would else remember those of an earlier runner.
      MAESTRO_AGENT: agent ?? '',
      MAESTRO_API_TOKEN: process.env.MAESTRO_API_TOKEN ?? '',
    },
    clock: Date.now,
    tell,
  })
  return {
    done: runner.done,
    leave() {
      const { running, waiting } = runner.leave()
      for (const session of running)
        tell({ what: 'left', sessionId: session.id, message: `${session.name} goes on ${whereOf(session)}` })
      const message = farewell(running.length, waiting.length)
      if (message !== '') tell({ what: 'left', message })
    },
  }
}

/** One that is not there is told at once, not by every session. Where it is a path, each project knows better. */
const checkAgent = async (agent: string | undefined): Promise<void> => {
  if (agent?.split(/\s/)[0]?.includes('/')) return
  await chooseAgent({ wanted: agent, cwd: process.cwd(), searchPath: process.env.PATH ?? '', demo: [] })
}

const numberOf = (text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new UsageError('--max must be a whole number above 0')
}

/** A connection that cannot be made is tried again and again: once is enough to know. */
const teller = (print: (line: string) => void) => {
  let isCut = false
  return ({ what, sessionId, message }: News) => {
    if (what === 'cut' && isCut) return
    isCut = what === 'cut' || (isCut && what !== 'listening')
    const time = new Date().toTimeString().slice(0, 8)
    print(`${dim(time)}  ${sessionId ? `${sessionId}  ` : ''}${sentence(message)}`)
  }
}

const whereOf = ({ pid }: RunningSession) => (pid === undefined ? '' : `(process ${pid})`)

const farewell = (running: number, waiting: number): string =>
  [
    running > 0 ? 'the next "maestro run" takes over what goes on' : '',
    waiting > 0 ? `${waiting} waiting for it` : '',
  ]
    .filter((part) => part !== '')
    .join('; ')
