/**
 * What a runner is responsible for, on the disk: written before it claims a session, so that after a crash the
 * next runner of this machine and this server adopts its sessions.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { ownIdentity, ProcessIdentity } from '../../storage/drivers/files/process-identity'
import { makeDirectory } from '../lib/make-directory'
import { machineId } from './machine-id'
import { fateOf, type Self } from './runner-fate'
import type { ServerKey } from './server-key'

/** The format of a state file. Older versions wrote no number, and read this one. */
const currentFormat = 2

export const RunnerState = z.object({
  format: z.int().positive().default(1),
  runner: z.string(),
  host: z.string(),
  /** Absent where the machine has none, as the next two are in what older versions wrote. */
  machine: z.string().optional(),
  /** The server that the sessions are of. */
  server: z.string().optional(),
  caller: z.string().optional(),
  process: ProcessIdentity,
  /** Folders of the sessions, by id. */
  sessions: z.record(z.string(), z.string()),
})

export type RunnerState = z.infer<typeof RunnerState>

export interface RunnerStateFile {
  add(id: string, folder: string): void
  remove(id: string): void
}

const statePath = (sessionDir: string, runner: string) => join(sessionDir, `.runner-${runner}.json`)

/** To find these takes two processes on macOS; the name of the machine may change while this one runs. */
let lasting: Omit<Self, 'host'> | undefined
const ownSelf = (): Self => {
  lasting ??= { process: ownIdentity(), machine: machineId() }
  return { ...lasting, host: hostname() }
}

/** The state file of this runner. It exists only while the runner has sessions. */
export const openRunnerState = (sessionDir: string, runner: string, key: ServerKey): RunnerStateFile => {
  const path = statePath(sessionDir, runner)
  const sessions = new Map<string, string>()
  const self = ownSelf()
  makeDirectory(sessionDir, privateFolderMode)
  const write = () => {
    if (sessions.size === 0) return rmSync(path, { force: true })
    const temporary = `${path}.draft`
    const state: RunnerState = {
      format: currentFormat,
      runner,
      ...self,
      ...key,
      sessions: Object.fromEntries(sessions),
    }
    writeFileSync(temporary, JSON.stringify(state), privateFile)
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
  /** Whether a session that the server does not have was deleted there; else it may be another server's. */
  isCertain: boolean
  sessions: readonly (readonly [id: string, folder: string])[]
  /** To be called when all of them have been adopted. */
  done(): void
}

/** What runners of the server have left; of older versions also what may be another server's. */
export const findOrphans = (sessionDir: string, { server, caller }: ServerKey): Orphans[] => {
  const self = ownSelf()
  return readStates(sessionDir).flatMap(({ path, state }): Orphans[] => {
    const isOthers = state.format > currentFormat || (state.server !== undefined && state.server !== server)
    if (isOthers || fateOf(state, self) !== 'dead') return []
    return [
      {
        runner: state.runner,
        isCertain: state.server === server && state.caller === caller,
        sessions: Object.entries(state.sessions),
        done: () => rmSync(path, { force: true }),
      },
    ]
  })
}

/** What a runner of this server does not look after, though nobody else may do so: a sentence each, with what to do. */
export const leftToOthers = (sessionDir: string, { server }: ServerKey): string[] => {
  const self = ownSelf()
  return readStates(sessionDir).flatMap(({ path, state }) => {
    if (state.format > currentFormat && fateOf(state, self) === 'dead')
      return [
        `${path} was written by a later maestro run (format ${state.format}, this one knows ${currentFormat}): start that version, which looks after its sessions`,
      ]
    const sessions = Object.keys(state.sessions).join(', ')
    const fate = fateOf(state, self)
    if (fate === 'unknown' && state.server === server)
      return [
        `A runner on ${state.host} has ${sessions}: if that machine is gone, maestro session stop ends them`,
      ]
    if (fate === 'dead' && state.server !== undefined && state.server !== server)
      return [
        `No runner looks after ${sessions} of the server ${state.server}: MAESTRO_SERVER_URL=${state.server} maestro run does`,
      ]
    return []
  })
}

const readStates = (sessionDir: string) =>
  readdirSync(sessionDir)
    .filter((name) => /^\.runner-[\w-]+\.json$/.test(name))
    .flatMap((name) => {
      const path = join(sessionDir, name)
      const state = readState(path)
      return state ? [{ path, state }] : []
    })

/** Undefined if another runner has just removed it, or it is not a runner's state. */
const readState = (path: string): RunnerState | undefined => {
  try {
    return RunnerState.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}
