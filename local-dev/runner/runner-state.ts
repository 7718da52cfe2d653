/**
 * What a runner is responsible for, on the disk: written before it claims a session, so that after a crash the
 * next runner of this machine adopts its sessions.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { livenessOf, ownIdentity, ProcessIdentity } from '../../storage/drivers/files/process-identity'

const RunnerState = z.object({
  runner: z.string(),
  host: z.string(),
  process: ProcessIdentity,
  /** Folders of the sessions, by id. */
  sessions: z.record(z.string(), z.string()),
})

export interface RunnerStateFile {
  add(id: string, folder: string): void
  remove(id: string): void
}

const statePath = (sessionDir: string, runner: string) => join(sessionDir, `.runner-${runner}.json`)

/** The state file of this runner. It exists only while the runner has sessions. */
export const openRunnerState = (sessionDir: string, runner: string): RunnerStateFile => {
  const path = statePath(sessionDir, runner)
  const sessions = new Map<string, string>()
  const self = ownIdentity()
  mkdirSync(sessionDir, { recursive: true })
  const write = () => {
    if (sessions.size === 0) return rmSync(path, { force: true })
    const temporary = `${path}.draft`
    const state: z.infer<typeof RunnerState> = {
      runner,
      host: hostname(),
      process: self,
      sessions: Object.fromEntries(sessions),
    }
    writeFileSync(temporary, JSON.stringify(state))
    renameSync(temporary, path)
  }
  return {
    add(id, folder) {
      sessions.set(id, folder)
      write()
    },
    remove(id) {
      if (sessions.delete(id)) write()
    },
  }
}

/** The sessions of a runner that has died on this machine. */
export interface Orphans {
  runner: string
  sessions: readonly (readonly [id: string, folder: string])[]
  /** To be called when all of them have been adopted. */
  done(): void
}

export const findOrphans = (sessionDir: string): Orphans[] => {
  const self = ownIdentity()
  return readdirSync(sessionDir).flatMap((name): Orphans[] => {
    if (!/^\.runner-[\w-]+\.json$/.test(name)) return []
    const state = readState(join(sessionDir, name))
    if (!state || !hasDied(state, self)) return []
    return [
      {
        runner: state.runner,
        sessions: Object.entries(state.sessions),
        done: () => rmSync(join(sessionDir, name), { force: true }),
      },
    ]
  })
}

/** What this machine ran before a reboot is dead, too. */
const hasDied = ({ host, process }: z.infer<typeof RunnerState>, self: ProcessIdentity): boolean => {
  const liveness = livenessOf(process, self)
  return liveness === 'dead' || (liveness === 'unknown' && host === hostname())
}

/** Undefined if another runner has just removed it, or it is not a runner's state. */
const readState = (path: string) => {
  try {
    return RunnerState.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}
