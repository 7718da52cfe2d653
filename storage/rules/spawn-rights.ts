/** What a spawn gets of what it asks for, by who asks. */
import { type Chosen, PermissionMode } from '../../schemas/agent'
import { apiError } from '../../schemas/errors'
import type { SpawnSessionRequest } from '../../schemas/spawn'
import { sharedBudget } from './budgets'
import type { Caller } from './callers'
import { familyIsFull, requireRoomInFamily } from './families'
import { findSession, type Reader } from './find'

/** Who asks for a spawn. */
export interface Spawner {
  caller: Caller
  /** The origin of a page that is neither the server's own, nor a desktop shell's, nor listed. */
  foreignPage: string | undefined
}

interface Grant {
  /** What is asked, with the parent that it is of. */
  request: SpawnSessionRequest
  /** What counts in place of what the request chooses. */
  granted: Chosen
  warnings: string[]
}

/** `maxChildren`: MAX_CHILDREN. Throws `TOO_MANY_CHILDREN`, and `INVALID_STATE` where no budget is left. */
export const grantSpawn = (
  reader: Reader,
  request: SpawnSessionRequest,
  { caller, foreignPage }: Spawner,
  { maxChildren, now }: { maxChildren: number; now: number },
): Grant => {
  if (caller.kind === 'session')
    return grantToSession(reader, request, caller.sessionId, { maxChildren, now })
  const { sessionId, permissionMode } = request
  const full = sessionId === undefined ? undefined : familyIsFull(reader, sessionId, maxChildren)
  const isLimited = foreignPage !== undefined && !isWithin(permissionMode, pageMode)
  return {
    request,
    granted: isLimited ? { permissionMode: pageMode } : {},
    warnings: [
      ...(full ? [full.message] : []),
      ...(isLimited
        ? [
            `permissionMode is ${pageMode}: pages of ${foreignPage.slice(0, 100)} get no more, unless CORS_ORIGINS lists them`,
          ]
        : []),
    ],
  }
}

/** What a session of which nothing is said may do unasked, and the most that any page may ask for. */
const defaultMode = 'acceptEdits'
const pageMode = 'acceptEdits'

/**
 * Refuses what a page would let a session do beyond what it may spawn one with; null, too, which leaves it to the runner.
 * Throws `FORBIDDEN`.
 */
export const requireModeOfPage = (
  permissionMode: PermissionMode | null | undefined,
  foreignPage: string | undefined,
): void => {
  if (foreignPage === undefined || permissionMode === undefined) return
  if (isWithin(permissionMode ?? undefined, pageMode)) return
  const page = foreignPage.slice(0, 100)
  throw apiError(
    'FORBIDDEN',
    `Pages of "${page}" may give a session no permissionMode above ${pageMode}: list the origin by name in CORS_ORIGINS`,
  )
}

/** What a session gives that has `own` itself, and is asked for `asked`: no more than it has. */
export const modeWithin = (
  asked: PermissionMode | undefined,
  own: PermissionMode = defaultMode,
): PermissionMode => (asked !== undefined && isWithin(asked, own) ? asked : own)

/** An agent gives no more than it has. */
const grantToSession = (
  reader: Reader,
  request: SpawnSessionRequest,
  sessionId: string,
  { maxChildren, now }: { maxChildren: number; now: number },
): Grant => {
  requireRoomInFamily(reader, sessionId, maxChildren)
  const parent = findSession(reader, sessionId)
  const { permissionMode: own = defaultMode } = parent
  const { permissionMode: asked = own } = request
  const permissionMode = modeWithin(asked, own)
  const { budget, warnings } = sharedBudget(parent, now, request.budget)
  return {
    request: { ...request, spawnSource: 'session', sessionId },
    granted: { permissionMode, ...(budget && { budget }) },
    warnings: [
      ...(permissionMode === asked
        ? []
        : [`permissionMode is ${permissionMode}, not ${asked}: session ${sessionId} has no more itself`]),
      ...warnings,
    ],
  }
}

/** Whether a mode is known, and allows no more than another. */
const isWithin = (mode: PermissionMode | undefined, most: PermissionMode): boolean =>
  mode !== undefined && PermissionMode.options.indexOf(mode) <= PermissionMode.options.indexOf(most)
