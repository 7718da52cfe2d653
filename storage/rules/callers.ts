import { apiError } from '../../schemas/errors'
import type { Role } from '../../schemas/template'
import type { Transaction } from '../transaction'
import { findSession, type Reader, type SessionHead } from './find'

/** Who makes a request. */
export type Caller = Person | SessionCaller

/** A person, or a program that nobody can tell from one. */
interface Person {
  kind: 'person'
  /** The session in whose name it calls; it need not be there. */
  sessionId?: string | undefined
}

/** An agent, by its session's token. */
export interface SessionCaller {
  kind: 'session'
  sessionId: string
  /** The run that the token is for. */
  run: number
  projectId: string
  role: Role
}

/** What a session token says, once its signature holds. */
export interface SessionClaim {
  sessionId: string
  /** As `runOf` says it. */
  run: number
}

export const aPerson: Caller = Object.freeze({ kind: 'person' })

/**
 * Who shows a token. Throws `UNAUTHORIZED` where the session is gone, `SESSION_ENDED` where it is in a later run, and
 * `FORBIDDEN` where another session is `named` as the one that calls.
 */
export const sessionCaller = (
  reader: Reader,
  { sessionId, run }: SessionClaim,
  named: string | undefined,
): SessionCaller => {
  if (named && named !== sessionId)
    throw apiError('FORBIDDEN', `X-Maestro-Session says ${named.slice(0, 200)}, the token ${sessionId}`)
  const session = reader.get('sessions', sessionId)
  const present = session ? runIn(reader, session) : 0
  // One that nobody spawned is never started again: what is older is of another that was deleted.
  if (!session || run > present || (run < present && session.run === undefined))
    throw apiError('UNAUTHORIZED', `The token is of session ${sessionId}, which is not there any more`)
  if (run < present)
    throw apiError(
      'SESSION_ENDED',
      `Session ${sessionId} was started again: this token is of an earlier run`,
      {
        sessionId,
        run: present,
      },
    )
  const role = session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker'
  return { kind: 'session', sessionId, run, projectId: session.projectId, role }
}

/** Whom a message is from: the session that calls, or in whose name somebody calls, else `user`. */
export const senderOf = (reader: Reader, { sessionId }: Caller): string =>
  sessionId !== undefined && reader.fields('sessions', sessionId) !== undefined ? sessionId : 'user'

/** The run of a session, as its token has it: 0 of one that nobody spawned, unless an earlier one of its id was deleted. */
export const runOf = (reader: Reader, sessionId: string): number =>
  runIn(reader, findSession(reader, sessionId, 'NOT_FOUND'))

const runIn = (reader: Reader, { id, run }: SessionHead): number =>
  run ?? reader.get('retired', id)?.deletedAt ?? 0

/** Of a session that is deleted: its tokens hold for no later one that somebody makes under its id. */
export const retireTokens = (tx: Transaction, session: SessionHead): void => {
  // A later one cannot have the run of one that was spawned.
  if (session.run !== undefined) return
  const { id } = session
  tx.put('retired', { id, deletedAt: Math.max(tx.now, runIn(tx, session) + 1) })
}
