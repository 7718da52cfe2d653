/**
 * What runs for a session besides its process group. A dev server that an agent has started leaves the group (setsid),
 * but keeps the environment that it was started with: Linux shows it.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** Whether processes that have left the group can be found here: on Linux, where /proc is there. */
export const canFindDetached = existsSync('/proc/self/environ')

/** What is ended with a session, as far as that can be promised. */
export const endedInWords = (canFind = canFindDetached): string =>
  canFind ? 'its processes' : 'its process group (what has left that goes on)'

/** Whether a process is meant that was started in a run of its session; undefined: it does not say in which. */
export type IsRun = (run: number | undefined) => boolean

/** Those of a run, as far as they say so. */
export const onlyOfRun =
  (run: number | undefined): IsRun =>
  (started) =>
    started === undefined || run === undefined || started === run

/**
 * The pids of all processes whose environment, as they were started, names the session; without this process, and
 * those of the process group `group`. Empty where the system does not show it, and without those of other users.
 */
export const detachedProcesses = async (
  sessionId: string,
  group: number | undefined,
  isRun: IsRun = () => true,
): Promise<number[]> => {
  if (!canFindDetached) return []
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const found: number[] = []
  for (const pid of pids)
    if (pid !== process.pid && (await isOfSession(pid, sessionId, isRun)) && (await groupOf(pid)) !== group)
      found.push(pid)
  return found
}

/** Whether a process was started for the session. False, too, where its environment is not shown. */
export const isOfSession = async (pid: number, sessionId: string, isRun: IsRun): Promise<boolean> => {
  const environment = `\0${await read(`/proc/${pid}/environ`)}\0`
  if (!environment.includes(`\0MAESTRO_SESSION_ID=${sessionId}\0`)) return false
  const [, run] = /\0MAESTRO_SESSION_RUN=(\d+)\0/.exec(environment) ?? []
  return isRun(run === undefined ? undefined : Number(run)) && !(await isTmuxServer(pid))
}

/** /proc/{pid}/stat: `pid (name) state ppid pgrp …`; the name may hold anything (proc(5)). */
const groupOf = async (pid: number): Promise<number | undefined> => {
  const stat = await read(`/proc/${pid}/stat`)
  const [, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return group === undefined ? undefined : Number(group)
}

/** One that an older version has started has the environment of its first session, and all sessions in it. */
const isTmuxServer = async (pid: number): Promise<boolean> =>
  (await read(`/proc/${pid}/comm`)).startsWith('tmux: server') &&
  (await read(`/proc/${pid}/cmdline`)).startsWith('tmux\0-L\0maestro\0')

/** Empty if the process is gone, or another user's. */
const read = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '')
