/** The files of a session on this machine, all below SESSION_DIR. */
import { join } from 'node:path'
import { isFile } from '../lib/find-program'

/** Where a session's files are. Throws if the id is no name of a folder: it came over the network. */
export const sessionFolder = (sessionDir: string, id: string): string => {
  if (!/^[\w-]{1,128}$/.test(id))
    throw new Error(`The session's id ${JSON.stringify(id)} cannot be the name of a folder`)
  return join(sessionDir, id)
}

/** Everything that its agent has printed. */
export const logPath = (folder: string): string => join(folder, 'output.log')

/** Where its manifest is: a server that shares SESSION_DIR has written it there, any other one is asked for it. */
export const manifestLocation = async (folder: string, serverUrl: string, id: string): Promise<string> => {
  const path = join(folder, 'manifest.json')
  return (await isFile(path)) ? path : `${serverUrl}/api/sessions/${encodeURIComponent(id)}/manifest`
}
