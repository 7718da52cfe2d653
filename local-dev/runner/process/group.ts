/** Ends everything that runs for a session. */
import { setTimeout as sleep } from 'node:timers/promises'
import { signalGroup } from '../../acp/process-group'
import { detachedProcesses, type IsRun } from './detached'
import { groupLedBy, type Pidfile } from './pidfile'

/** From SIGTERM to SIGKILL. */
const killGraceMs = 5000
const pollMs = 100
/** What forks while it is killed is looked for again so often. */
const maxKillRounds = 5

/**
 * Ends the process group that a process leads or has led, as long as the number is still its own, and what else is found of
 * the session: SIGTERM, and SIGKILL after `killGraceMs`. Resolves when none is left, with the pids of what could not be ended.
 */
export const terminateSession = async ({
  id,
  leader,
  isRun,
}: {
  id: string
  leader?: Pidfile | undefined
  isRun?: IsRun
}): Promise<number[]> => {
  const findGroup = () => leader && groupLedBy(leader)
  /** False if nothing of the session is there. */
  const signalAll = (signal: NodeJS.Signals | 0, pids: readonly number[]): boolean => {
    const group = findGroup()
    let isAnyThere = group !== undefined && signalGroup(group, signal)
    for (const pid of pids) isAnyThere = signalOne(pid, signal) || isAnyThere
    return isAnyThere
  }
  const findDetached = () => detachedProcesses(id, findGroup(), isRun)
  const first = await findDetached()
  if (!signalAll('SIGTERM', first)) return []
  for (let waitedMs = 0; waitedMs < killGraceMs && signalAll(0, first); waitedMs += pollMs)
    await sleep(pollMs)
  for (let round = 1; ; round++) {
    const left = await findDetached()
    if (!signalAll('SIGKILL', left)) return []
    if (round === maxKillRounds) return left
    await sleep(pollMs)
  }
}

const signalOne = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
