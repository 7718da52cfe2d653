/** What a driver must not forget, on the disk before it acts on it. */
import { isDeepStrictEqual } from 'node:util'
import type { Session } from '../../functions/client/client'
import { AgentStartError } from '../agents/start-error'
import { reasonOf } from '../lib/reason'
import { type DriverState, readEarlierRun, readState, writeState } from './state-file'
import { noUsage } from './usage'

export interface Memory {
  readonly state: DriverState
  /** What an earlier driver of this run has left. */
  readonly earlier: DriverState | undefined
  /** The agent's session of an earlier driver, or an earlier run, to go on with. */
  readonly acpSessionId: string | undefined
  /** Whether that is of an earlier run. */
  readonly isRestart: boolean
  /** Writes what has changed. Throws if it cannot: nothing that depends on it may then be done. */
  change(fields: Partial<DriverState>): void
}

interface MemoryOptions {
  folder: string
  session: Pick<Session, 'id' | 'run'>
  agent: string
  cwd: string
}

/** Throws `AgentStartError` if what is there cannot be read. */
export const openMemory = ({ folder, session, agent, cwd }: MemoryOptions): Memory => {
  const run = session.run ?? 0
  const earlier = readOrRefuse(folder, run)
  const before = earlier ?? readEarlierRun(folder, run)
  // Another agent, or another place, knows nothing of it.
  const isSame = before?.agent === agent && before.cwd === cwd
  let state: DriverState = earlier ?? {
    format: 1,
    sessionId: session.id,
    run,
    agent,
    cwd,
    isIntroduced: false,
    isInTurn: false,
    reminders: 0,
    extra: {},
    usage: noUsage,
    rulesCommit: before?.rulesCommit,
    remembered: before?.remembered ?? { commands: [], paths: [] },
    asked: [],
  }
  state = { ...state, agent, cwd }
  return {
    get state() {
      return state
    },
    earlier,
    acpSessionId: isSame ? before.acpSessionId : undefined,
    isRestart: earlier === undefined && before !== undefined,
    change(fields) {
      const next = { ...state, ...fields }
      if (isDeepStrictEqual(next, state)) return
      writeState(folder, next)
      state = next
    },
  }
}

const readOrRefuse = (folder: string, run: number): DriverState | undefined => {
  try {
    return readState(folder, run)
  } catch (error) {
    throw new AgentStartError(1, `What its driver has left cannot be read: ${reasonOf(error)}`)
  }
}
