import { setTimeout as sleep } from 'node:timers/promises'

/** A group that was asked to end gets this long, in milliseconds. */
const patience = 5000
const glance = 100

/** Ends every process of a group: politely, and after five seconds not. Resolves when none is left. */
export const endGroup = async (pid: number): Promise<void> => {
  if (!signalGroup(pid, 'SIGTERM')) return
  for (let waited = 0; waited < patience; waited += glance) {
    await sleep(glance)
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
