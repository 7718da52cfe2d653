import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { problemOfDirectory } from '../agents/start-problems'
import { makeDirectory } from '../lib/make-directory'
import { pidfileScript } from './pidfile'
import type { Exit, LaunchOptions, ProcessHandle } from './process-handle'
import { logPath } from './session-folder'
import { startInTmux } from './tmux'

/** Starts a session's command, in tmux or as a child. It outlives this process. Throws if it cannot be started. */
export const launch = async (options: LaunchOptions, terminal: 'tmux' | 'none'): Promise<ProcessHandle> => {
  const { cwd, folder } = options
  const problem = await problemOfDirectory(cwd)
  if (problem !== undefined) throw new Error(`The project's directory ${cwd} ${problem}`)
  makeDirectory(folder, privateFolderMode)
  return terminal === 'tmux' ? { pid: await startInTmux(options) } : startAsChild(options)
}

const startAsChild = async ({
  command,
  cwd,
  env,
  folder,
  pidfile,
}: LaunchOptions): Promise<ProcessHandle> => {
  const log = await open(logPath(folder), 'a', privateFile.mode)
  try {
    const child = spawn('sh', ['-c', pidfileScript, 'maestro', pidfile, command], {
      cwd,
      env,
      // The log is a file, not a pipe to us: it goes on when we are gone.
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
