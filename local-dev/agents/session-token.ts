/** The token by which a session's agent calls, in place of the one that opens everything. */
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '../../functions/client/client'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { isNotFound, isUnknownRequest } from '../lib/not-found'

const tokenPath = (folder: string): string => join(folder, 'token')

/**
 * Asks for a session's token, and leaves it in the session's folder, where the command looks if its environment was
 * stripped. Undefined where the server knows none yet, or no such session: then the agent goes on with the caller's own.
 */
export const takeSessionToken = async (
  client: Client,
  sessionId: string,
  folder: string,
): Promise<string | undefined> => {
  try {
    const { token } = await client.sessions.token(sessionId)
    makeDirectory(folder, privateFolderMode)
    // Whoever reads it meanwhile has the old one or the new one; and one that was there may have been open to others.
    const draft = `${tokenPath(folder)}.${process.pid}.tmp`
    await writeFile(draft, `${token}\n`, privateFile)
    await rename(draft, tokenPath(folder))
    return token
  } catch (error) {
    if (isUnknownRequest(error) || isNotFound(error)) return undefined
    throw error
  }
}

/** The token in a session's folder; undefined if there is none that can be read. */
export const storedSessionToken = (folder: string): string | undefined => {
  try {
    return readFileSync(tokenPath(folder), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
