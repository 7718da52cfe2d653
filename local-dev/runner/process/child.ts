import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { privateFile } from '../../../storage/drivers/files/private-files'
import { logPath } from '../session-folder'
import { pidfileScript } from './pidfile'
import type { Exit, StartedProcess, StartOptions } from './start-options'

/** Starts the command without a terminal, in a process group of its own. Throws if it cannot be started. */
export const startChild = async ({
  command,
  cwd,
  env,
  folder,
  pidfile,
}: StartOptions): Promise<StartedProcess> => {
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
