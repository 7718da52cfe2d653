/** Who a process is, so that a later one can tell whether it still lives. A pid alone is not enough: pids are reused. */

import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod'

export const ProcessIdentity = z.object({
  /** As the process itself sees it: inside a container usually 1. */
  pid: z.int32().positive(),
  /** When it started, in the unit of the platform, only to be compared; null where nothing tells. */
  startTime: z.string().nullable(),
  /** The boot of the kernel it runs on; where there is none to read, `host:` and the name of the machine. */
  bootId: z.string(),
  /** The namespace that its pid belongs to; null where there are no namespaces. */
  pidNamespace: z.string().nullable(),
})

export type ProcessIdentity = z.infer<typeof ProcessIdentity>

interface Sighting {
  startTime: string
  zombie: boolean
}

/** The identity of this process. Reads four files of /proc on Linux, runs `ps` once elsewhere. */
export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid)
}

/** The same of another process, which is there now and shares our boot and namespaces. */
export function identityOf(pid: number): ProcessIdentity {
  return {
    pid,
    startTime: procIsOurs() ? (sight(pid)?.startTime ?? null) : null,
    bootId:
      attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? `host:${hostname()}`,
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')) ?? null,
  }
}

/**
 * What has become of a process, as far as `self` can see: one of another boot (perhaps another machine) or of
 * another pid namespace (another container) is out of sight, whether it lives or not.
 */
export function livenessOf(
  { pid, startTime, bootId, pidNamespace }: ProcessIdentity,
  self: ProcessIdentity,
): 'alive' | 'dead' | 'unknown' {
  if (bootId !== self.bootId || pidNamespace !== self.pidNamespace) return 'unknown'
  const comparable = startTime !== null && self.startTime !== null
  const sighting = comparable ? sight(pid) : undefined
  if (sighting) return sighting.startTime === startTime && !sighting.zombie ? 'alive' : 'dead'
  if (!comparable && pid === self.pid) return 'dead' // our own number was somebody's before us
  return exists(pid) ? 'alive' : 'dead'
}

/** Looks a process up; undefined if it is gone, or hidden from us (hidepid). */
function sight(pid: number): Sighting | undefined {
  if (process.platform === 'linux') return sightInProc(pid)
  return process.platform === 'win32' ? undefined : readProcessWithPs(pid)
}

/** /proc/{pid}/stat: `pid (name) state … `; the name may hold anything, the start time is field 22 (proc(5)). */
function sightInProc(pid: number): Sighting | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const startTime = rest[18]
  return startTime === undefined ? undefined : { startTime, zombie: state === 'Z' || state === 'X' }
}

/** The same from `ps`, in one locale and time zone, so that two readings of one process are equal. */
export function readProcessWithPs(pid: number): Sighting | undefined {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const { stdout } = spawnSync('ps', ['-o', 'state=', '-o', 'lstart=', '-p', String(pid)], {
    env,
    encoding: 'utf8',
  })
  const [, state, startTime] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(stdout ?? '') ?? []
  return startTime === undefined ? undefined : { startTime, zombie: state?.startsWith('Z') ?? false }
}

/** Some sandboxes show the /proc of another pid namespace, where our pid is somebody else. */
function procIsOurs(): boolean {
  return process.platform !== 'linux' || attempt(() => readlinkSync('/proc/self')) === String(process.pid)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

function attempt(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
