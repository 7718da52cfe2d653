/** What the environment says: which server, and for whom this speaks. */
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

/** The session that this speaks for; without one it is wrong usage. */
export const ownSession = ({ sessionId }: Environment): string => {
  if (sessionId !== undefined) return sessionId
  throw new UsageError('This speaks for a session: set MAESTRO_SESSION_ID to its id')
}
