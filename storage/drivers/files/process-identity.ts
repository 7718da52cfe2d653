/** Who a process is, so that a later one can find out whether it still lives. A pid alone is not enough: pids are reused. */

import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod'

export const ProcessIdentity = z.object({
  /** As the process itself sees it: inside a container usually 1. */
  pid: z.int32().positive(),
  /** When it started, in the unit of the platform, only to be compared; null where the platform has none. */
  startTime: z.string().nullable(),
  /** The boot of the kernel it runs on; where there is none to read, `host:` and the name of the machine. */
  bootId: z.string(),
  /** The namespace that its pid belongs to; null where there are no namespaces. */
  pidNamespace: z.string().nullable(),
})

export type ProcessIdentity = z.infer<typeof ProcessIdentity>

interface ProcessInfo {
  startTime: string
  zombie: boolean
}

/** The identity of this process. Reads four files of /proc on Linux, runs `ps` once elsewhere. */
export const ownIdentity = (): ProcessIdentity => identityOf(process.pid)

/** The same of another process, which is there now and shares our boot and namespaces. */
export const identityOf = (pid: number): ProcessIdentity => ({
  pid,
  startTime: procIsOurs() ? (readProcess(pid)?.startTime ?? null) : null,
  bootId:
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ??
    bootOfMacOs() ??
    `host:${hostname()}`,
  pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')) ?? null,
})

/** There the name of the machine changes with the network that it is in, while its processes live. */
const bootOfMacOs = (): string | undefined => {
  if (process.platform !== 'darwin') return undefined
  return spawnSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).stdout?.trim() || undefined
}

/**
 * Whether a process is alive, as far as `self` can see: `unknown` of one of another boot (perhaps another machine)
 * or of another pid namespace (another container).
 */
export const livenessOf = (
  { pid, startTime, bootId, pidNamespace }: ProcessIdentity,
  self: ProcessIdentity,
): 'alive' | 'dead' | 'unknown' => {
  if (bootId !== self.bootId || pidNamespace !== self.pidNamespace) return 'unknown'
  const comparable = startTime !== null && self.startTime !== null
  const found = comparable ? readProcess(pid) : undefined
  if (found) return found.startTime === startTime && !found.zombie ? 'alive' : 'dead'
  if (!comparable && pid === self.pid) return 'dead' // our own number was somebody's before us
  return exists(pid) ? 'alive' : 'dead'
}

/** Looks a process up; undefined if it is gone, or hidden from us (hidepid). */
const readProcess = (pid: number): ProcessInfo | undefined => {
  if (process.platform === 'linux') return readProcessFromProc(pid)
  return process.platform === 'win32' ? undefined : readProcessWithPs(pid)
}

/** /proc/{pid}/stat: `pid (name) state … `; the name may hold anything, the start time is field 22 (proc(5)). */
const readProcessFromProc = (pid: number): ProcessInfo | undefined => {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const startTime = rest[18]
  return startTime === undefined ? undefined : { startTime, zombie: state === 'Z' || state === 'X' }
}

/** The same from `ps`, in one locale and time zone, so that two readings of one process are equal. */
export const readProcessWithPs = (pid: number): ProcessInfo | undefined => {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const { stdout } = spawnSync('ps', ['-o', 'state=', '-o', 'lstart=', '-p', String(pid)], {
    env,
    encoding: 'utf8',
  })
  const [, state, startTime] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(stdout ?? '') ?? []
  return startTime === undefined ? undefined : { startTime, zombie: state?.startsWith('Z') ?? false }
}

/** Some sandboxes show the /proc of another pid namespace, where our pid is somebody else. */
const procIsOurs = (): boolean =>
  process.platform !== 'linux' || attempt(() => readlinkSync('/proc/self')) === String(process.pid)

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

const attempt = (read: () => string): string | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
