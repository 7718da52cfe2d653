/** Ends everything that runs for a session. */
import { setTimeout as sleep } from 'node:timers/promises'
import { detachedProcesses, type IsRun } from './detached'

/** From SIGTERM to SIGKILL. */
const killGraceMs = 5000
const pollMs = 100
/** What forks while it is killed is looked for again so often. */
const maxKillRounds = 5

/**
 * Ends the process group that `pid` leads, and what else is found of the session: SIGTERM, and SIGKILL after
 * `killGraceMs`. Resolves when none is left, with the pids of what could not be ended.
 */
export const terminateSession = async ({
  id,
  pid,
  isRun,
}: {
  id: string
  pid?: number | undefined
  isRun?: IsRun
}): Promise<number[]> => {
  const group = pid === undefined ? [] : [-pid]
  const first = [...group, ...(await detachedProcesses(id, pid, isRun))]
  if (!signalAll(first, 'SIGTERM')) return []
  for (let waitedMs = 0; waitedMs < killGraceMs && signalAll(first, 0); waitedMs += pollMs)
    await sleep(pollMs)
  for (let round = 1; ; round++) {
    const left = await detachedProcesses(id, pid, isRun)
    if (!signalAll([...group, ...left], 'SIGKILL')) return []
    if (round === maxKillRounds) return left
    await sleep(pollMs)
  }
}

/** Each is a pid, or the negative one of a group. False if none of them is there, or none is ours. */
const signalAll = (targets: readonly number[], signal: NodeJS.Signals | 0): boolean => {
  let isAnyThere = false
  for (const target of targets) isAnyThere = signalOne(target, signal) || isAnyThere
  return isAnyThere
}

const signalOne = (target: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(target, signal)
  } catch {
    return false
  }
}
