import { spawn } from 'node:child_process'
import { mkdir, open, stat } from 'node:fs/promises'
import { logOf } from './folder'
import { gateOf, throughGate } from './gate'
import { startInTmux } from './tmux'

export interface Start {
  /** The session's id. */
  id: string
  command: string
  cwd: string
  env: NodeJS.ProcessEnv
  /** Where the session's files are. */
  folder: string
}

/** How a process ended; both are null where nobody could see it. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface Started {
  /** Of the command, and of the group that it leads. */
  pid: number
  /** Resolves when it has ended; absent where it is not our child. */
  exit?: Promise<Exit>
}

/** Starts a session's command, in a terminal or without. It outlives this process. Throws if it cannot be started. */
export const launch = async (start: Start, terminal: 'tmux' | 'none'): Promise<Started> => {
  const { cwd, folder } = start
  const found = await stat(cwd).catch(() => undefined)
  if (!found?.isDirectory()) throw new Error(`The project's directory ${cwd} does not exist`)
  await mkdir(folder, { recursive: true })
  return terminal === 'tmux' ? { pid: await startInTmux(start) } : startAsChild(start)
}

const startAsChild = async ({ command, cwd, env, folder }: Start): Promise<Started> => {
  const log = await open(logOf(folder), 'a', 0o600)
  try {
    const child = spawn('sh', ['-c', throughGate, 'maestro', gateOf(folder), command], {
      cwd,
      env,
      // The log is its own, not a pipe to us: it goes on when we are gone.
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    })
    const exit = new Promise<Exit>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    )
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('spawn', () => resolve(child.pid ?? 0))
    })
    return { pid, exit }
  } finally {
    await log.close()
  }
}
