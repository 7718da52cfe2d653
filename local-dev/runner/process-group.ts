import { setTimeout as sleep } from 'node:timers/promises'

/** From SIGTERM to SIGKILL. */
const killGraceMs = 5000
const pollMs = 100

/** Ends every process of a group: SIGTERM, and SIGKILL after `killGraceMs`. Resolves when none is left. */
export const terminateGroup = async (pid: number): Promise<void> => {
  if (!signalGroup(pid, 'SIGTERM')) return
  for (let waitedMs = 0; waitedMs < killGraceMs; waitedMs += pollMs) {
    await sleep(pollMs)
    if (!signalGroup(pid, 0)) return
  }
  signalGroup(pid, 'SIGKILL')
}

/** False if there is no such group, or none that is ours. */
const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}
