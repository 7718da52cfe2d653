/** What Linux says about a process and the processes it started. */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time for /proc in hundredths of a second (USER_HZ) on every architecture Node runs on. */
const ticksPerSecond = 100

/** User and system time of the process and its descendants so far, in seconds. */
export const cpuSeconds = (pid: number): number => {
  let ticks = 0
  for (const each of withDescendants(pid)) {
    // The name, field 2, may hold blanks: count from its closing bracket. utime and stime are fields 14 and 15.
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / ticksPerSecond
}

/** Resident memory now (VmRSS) of the process and its descendants, in megabytes of 1,048,576 bytes. */
export const residentMegabytes = (pid: number): number => statusMegabytes(pid, 'VmRSS')

/** The most that was ever resident (VmHWM), same unit. */
export const peakMegabytes = (pid: number): number => statusMegabytes(pid, 'VmHWM')

const statusMegabytes = (pid: number, field: 'VmRSS' | 'VmHWM'): number => {
  let kilobytes = 0
  for (const each of withDescendants(pid)) {
    const line = readFileSync(`/proc/${each}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+) kB`))
    kilobytes += Number(line?.[1] ?? 0)
  }
  return kilobytes / 1_024
}

const withDescendants = (pid: number): number[] => {
  const found = [pid]
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean)
    for (const child of children) found.push(...withDescendants(Number(child)))
  }
  return found
}
