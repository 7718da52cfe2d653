/** A session that has ended is started again: under its id, with its manifest, as a new run. */

import { apiError } from '../../schemas/errors'
import { parseTrusted } from '../../schemas/json-text'
import type { SessionManifest } from '../../schemas/manifest'
import type { Session, UpdateSessionRequest } from '../../schemas/session'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { renewedBudget } from './budgets'
import type { Caller } from './callers'
import { requireRoomInFamily } from './families'
import { findProject, findSession, type Reader, type SessionHead } from './find'
import { isLiving, isWorkedOnElsewhere } from './living'
import { requeueItems, setSessionStatus } from './queues'
import { emitSpawn, environmentOf, type SpawnEnvironment } from './spawn'
import { modeWithin } from './spawn-rights'
import { timelineEntry } from './timeline'

/** The session, if it can be started again as far as is stored. Throws `INVALID_STATE` for one that lives. */
export const findEndedSpawn = (reader: Reader, id: string): SessionHead => {
  const session = findSession(reader, id, 'NOT_FOUND')
  const { status, run } = session
  if (isLiving(session))
    throw apiError('INVALID_STATE', `Session ${id} is ${status}: stop it before it is started again`, {
      sessionId: id,
      status,
    })
  if (run === undefined) throw manifestNotFound(id)
  return session
}

/** `reason`: why what is there is none. */
export const manifestNotFound = (sessionId: string, reason?: string) =>
  apiError('NOT_FOUND', 'Manifest not found', { sessionId, ...(reason !== undefined && { reason }) })

/** What a restart is given by its host. */
interface Restart {
  manifest: SessionManifest
  environment: SpawnEnvironment
  caller: Caller
  /** MAX_CHILDREN. */
  maxChildren: number
}

/**
 * Begins a session's next run. An agent that asks for it gives no more than it has: of rights, of its budget, of places in the
 * family.
 */
export function* restartSession(
  tx: Transaction,
  id: string,
  { manifest, environment, caller, maxChildren }: Restart,
): Steps {
  const before = findEndedSpawn(tx, id)
  const { parentSessionId, projectId, taskIds, strategy } = before
  if (caller.kind === 'session' && parentSessionId !== null)
    requireRoomInFamily(tx, parentSessionId, maxChildren)
  const mode =
    caller.kind === 'session'
      ? modeWithin(before.permissionMode, findSession(tx, caller.sessionId).permissionMode)
      : before.permissionMode
  const { budget, take } = renewedBudget(tx, before, tx.now, caller.kind === 'person')
  const envVars = environmentOf(id, strategy, environment)
  const { endReason, usage, budget: _ended, permissionMode: _asked, metadata, ...kept } = before
  const { runner: _claim, ...told } = metadata ?? {}
  tx.put('sessions', {
    ...kept,
    ...(mode !== undefined && { permissionMode: mode }),
    ...(budget && { budget }),
    env: { ...before.env, ...envVars },
    metadata: told,
    status: 'spawning',
    completedAt: null,
    run: Math.max(tx.now, (before.run ?? 0) + 1),
    lastActivity: tx.now,
    timeline: [
      timelineEntry(tx, {
        type: 'session_started',
        message: 'Started again',
        metadata: {
          before: {
            run: before.run,
            status: before.status,
            ...(endReason !== undefined && { endReason }),
            ...(usage && { usage }),
          },
        },
      }),
    ],
  })
  emitSpawn(tx, parseTrusted<Session>(tx.entry('sessions', id).brief), {
    role: told.role === 'orchestrator' ? 'orchestrator' : 'worker',
    cwd: findProject(tx, projectId).workingDir,
    envVars,
    manifest,
    spawnSource: told.spawnSource === 'session' ? 'session' : 'ui',
  })
  take(tx)
  yield* requeueItems(tx, id, taskIds)
  for (const taskId of taskIds) {
    clearOutcome(tx, id, taskId)
    yield
  }
}

/** What its last run has left undone says nothing: else it would count as what the next run reports. */
const clearOutcome = (tx: Transaction, id: string, taskId: string): void => {
  const task = tx.get('tasks', taskId)
  if (!task || task.sessionStatus === undefined || task.sessionStatus === 'completed') return
  if (!isWorkedOnElsewhere(tx, task, id)) setSessionStatus(tx, taskId, undefined)
}

/** Refuses where the family of a session that goes on is full by now. It says that it lives; what people resume is theirs. */
export const requireRoomToResume = (
  reader: Reader,
  id: string,
  { status }: UpdateSessionRequest,
  { caller, maxChildren }: Pick<Restart, 'caller' | 'maxChildren'>,
): void => {
  if (caller.kind !== 'session' || status === undefined || !isLiving({ status })) return
  const session = findSession(reader, id)
  if (session.parentSessionId !== null && !isLiving(session))
    requireRoomInFamily(reader, session.parentSessionId, maxChildren)
}
