/** What a session's processes find in their environment, with a token of its own. */
import type { Session } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import { takeSessionToken } from '../agents/session-token'
import { sessionEnvironment } from './agent-environment'
import { manifestLocation, sessionFolder } from './session-folder'
import type { RunnerContext } from './tracked'

export const environmentOf = async (
  { options, signal }: RunnerContext,
  session: Session,
): Promise<{ env: NodeJS.ProcessEnv; token: string | undefined }> => {
  const { client } = options
  const { id, run } = session
  const folder = sessionFolder(options.sessionDir, id)
  const manifestPath = await manifestLocation(folder, client.url, id)
  const token = await retryTransient(() => takeSessionToken(client, id, folder), signal)
  const own = { sessionId: id, run, manifestPath, serverUrl: client.url, token }
  return { env: sessionEnvironment(options.env, session, own), token }
}
