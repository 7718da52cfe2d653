import { validationError } from '../../schemas/problems'
import type { RequestContext } from '../services/app-services'

/** The session that a request is about: the caller's own, or else the one that it names. Throws `VALIDATION_ERROR` without either. */
export const workingSession = (c: RequestContext, named: string | undefined): string => {
  const caller = c.get('caller')
  const sessionId = caller.kind === 'session' ? caller.sessionId : named
  if (sessionId !== undefined) return sessionId
  throw validationError([{ path: 'sessionId', message: 'sessionId is required' }])
}
