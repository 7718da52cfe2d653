import { apiError } from '../../schemas/errors'
import type { Role } from '../../schemas/template'
import { findSession, type Reader } from './find'

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
  /** 0 for a session that nobody spawned. */
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
  const present = session?.run ?? 0
  if (!session || run > present)
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

/** The run of a session, as its token has it. */
export const runOf = (reader: Reader, sessionId: string): number =>
  findSession(reader, sessionId, 'NOT_FOUND').run ?? 0
