/** The files of a session on this machine lie beside its manifest. */
import { dirname, isAbsolute, join } from 'node:path'
import type { Session } from '../../schemas/session'

/** Where a session's files are: with its manifest, or in `sessionDir` if the manifest is not a file. */
export const sessionFolder = ({ id, env }: Pick<Session, 'id' | 'env'>, sessionDir: string): string => {
  const manifest = env.MAESTRO_MANIFEST_PATH
  return manifest !== undefined && isAbsolute(manifest) ? dirname(manifest) : join(sessionDir, id)
}

/** Everything that its agent has printed. */
export const logPath = (folder: string): string => join(folder, 'output.log')
