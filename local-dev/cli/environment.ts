/** What the environment says: the server, and the session that this command acts for. */

import { join, resolve } from 'node:path'
import { isSessionToken, sessionNamedBy } from '../../functions/services/session-tokens'
import { storedSessionToken } from '../agents/session-token'
import { homeFolder } from '../lib/home'
import { UsageError } from './exit'

export interface Environment {
  serverUrl: string
  token: string | undefined
  sessionId: string | undefined
  /** The session in whose name this calls, where the token does not say it. */
  callsFor: string | undefined
  manifestPath: string | undefined
}

/**
 * Blank variables count as absent, and so do those whose name an agent passes on for a value that it does not have. An agent
 * may pass its programs less than it has: then its session's folder has the token.
 */
export const readEnvironment = (variables: NodeJS.ProcessEnv): Environment => {
  const read = (name: string) => {
    const value = variables[name]?.trim()
    return value === '' || value === `$${name}` || value === `\${${name}}` ? undefined : value
  }
  const named = read('MAESTRO_SESSION_ID')
  const token = read('MAESTRO_API_TOKEN') ?? tokenInFolder(read('SESSION_DIR'), named)
  const sessionId = named ?? sessionNamedBy(token ?? '')
  return {
    serverUrl: read('MAESTRO_SERVER_URL') ?? read('MAESTRO_API_URL') ?? 'http://localhost:3000',
    token,
    sessionId,
    callsFor: isSessionToken(token ?? '') || !isHeaderText(sessionId) ? undefined : sessionId,
    manifestPath: read('MAESTRO_MANIFEST_PATH'),
  }
}

/** Any id may stand in the variable, and not in a header. */
const isHeaderText = (text = ''): boolean => /^[\x21-\x7e]{1,200}$/.test(text)

const tokenInFolder = (sessionDir = '~/.maestro/sessions', sessionId = ''): string | undefined => {
  // It came from elsewhere, and is no path.
  if (!/^[\w-]+$/.test(sessionId)) return undefined
  const directory = resolve(sessionDir.replace(/^~(?=$|[\\/])/, () => homeFolder()))
  return storedSessionToken(join(directory, sessionId))
}

/** The session that this command acts for. Throws `UsageError` without one. */
export const ownSession = ({ sessionId }: Environment): string => {
  if (sessionId !== undefined) return sessionId
  throw new UsageError('This command acts for a session: set MAESTRO_SESSION_ID to its id')
}
