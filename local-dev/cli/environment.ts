/** What the environment says: the server, and the session that this command acts for. */
import { UsageError } from './exit'

export interface Environment {
  serverUrl: string
  token: string | undefined
  sessionId: string | undefined
  manifestPath: string | undefined
}

/** Blank variables count as absent. */
export const readEnvironment = (variables: NodeJS.ProcessEnv): Environment => {
  const read = (name: string) => variables[name]?.trim() || undefined
  return {
    serverUrl: read('MAESTRO_SERVER_URL') ?? read('MAESTRO_API_URL') ?? 'http://localhost:3000',
    token: read('MAESTRO_API_TOKEN'),
    sessionId: read('MAESTRO_SESSION_ID'),
    manifestPath: read('MAESTRO_MANIFEST_PATH'),
  }
}

/** The session that this command acts for. Throws `UsageError` without one. */
export const ownSession = ({ sessionId }: Environment): string => {
  if (sessionId !== undefined) return sessionId
  throw new UsageError('This command acts for a session: set MAESTRO_SESSION_ID to its id')
}
