/** A process group: what a program and all that it has started are ended by. */
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 50

/** `pid` leads it. False if there was nothing to signal. To 0 and -1 the system means our own group, and everybody. */
export const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  if (!Number.isInteger(pid) || pid <= 1) return false
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** Waits for its end; false if some of it is still there after so long. */
export const isGroupGone = async (pid: number, graceMs: number): Promise<boolean> => {
  for (const startedAt = performance.now(); await isAlive(pid); await sleep(pollMs))
    if (performance.now() - startedAt > graceMs) return false
  return true
}

/** What has ended and was not collected can be signalled all the same: in many containers nobody ever collects it. */
const isAlive = async (pid: number): Promise<boolean> => {
  if (!signalGroup(pid, 0)) return false
  if (process.platform !== 'linux') return true
  for (const name of await readdir('/proc'))
    if (/^\d+$/.test(name) && (await isRunningIn(name, pid))) return true
  return false
}

/** /proc/{pid}/stat: `pid (name) state ppid pgrp …`; the name may hold anything (proc(5)). */
const isRunningIn = async (name: string, group: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
  const [state = '', , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(pgrp) === group && !/^[ZX]$/.test(state)
}
