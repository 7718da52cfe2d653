import type { Client } from '../../functions/client/client'
import { isUnknownRequest } from './not-found'

/**
 * What to say where a server does not know a request, because it is older than this program; undefined for any other
 * error.
 */
export const olderServerMessage = async (client: Client, error: unknown): Promise<string | undefined> => {
  if (!isUnknownRequest(error)) return undefined
  const found = await client.health({ verbose: '1' }).catch(() => undefined)
  const version = found && 'version' in found ? `version ${found.version}` : 'an earlier version'
  return `The server at ${client.url} is ${version}, which does not know this request (${error.message}): stop it and start the one that belongs to this command, "maestro serve"`
}
