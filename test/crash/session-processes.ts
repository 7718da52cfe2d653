// The drivers and agents of sessions, as /proc has them.
import { readdirSync, readFileSync } from 'node:fs'

export interface Processes {
  drivers: number[]
  agents: number[]
}

const wordsOf = (pid: string, file: 'cmdline' | 'environ' | 'stat'): string[] => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Those that are alive, by session; an agent is what runs this program. */
export const findProcesses = (program: string, ids: readonly string[]): Map<string, Processes> => {
  const found = new Map<string, Processes>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const words = wordsOf(pid, 'cmdline')
    const isAgent = words.includes(program)
    if (!isAgent && !(words[2] === 'worker' && words[3] === 'init')) continue
    const [, id = ''] = /\0MAESTRO_SESSION_ID=(\w+)/.exec(`\0${wordsOf(pid, 'environ').join('\0')}`) ?? []
    // Other tests, and other people, have theirs.
    if (!ids.includes(id)) continue
    const ofSession = found.get(id) ?? { drivers: [], agents: [] }
    ofSession[isAgent ? 'agents' : 'drivers'].push(Number(pid))
    found.set(id, ofSession)
  }
  // What has forked, and is not yet the program that it is to be, looks like its parent.
  for (const ofSession of found.values())
    for (const kind of ['drivers', 'agents'] as const)
      ofSession[kind] = ofSession[kind].filter((pid) => !ofSession[kind].includes(parentOf(pid)))
  return found
}

/** /proc/{pid}/stat: `pid (name) state ppid …`; the name may hold anything (proc(5)). */
const parentOf = (pid: number): number => {
  const [stat = ''] = wordsOf(String(pid), 'stat')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** False if there is none: it is not there yet, or not any more. */
export const kill = ([pid]: readonly number[]): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
