/** What agents have printed on this machine: `{SESSION_DIR}/{id}/output.log`. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Outputs } from '../../functions/services/outputs'
import { logPath, sessionFolder } from '../runner/session-folder'

export const fileOutputs = (sessionDir: string): Outputs => ({
  size: (id) => withLog(sessionDir, id, 0, async (log) => (await log.stat()).size),
  read: (id, position, maxBytes) =>
    withLog(sessionDir, id, new Uint8Array(0), async (log) => {
      const bytes = new Uint8Array(maxBytes)
      const { bytesRead } = await log.read(bytes, 0, maxBytes, position)
      return bytes.subarray(0, bytesRead)
    }),
})

/** A link in its place leads to something that no agent has printed; so does what is no file. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const withLog = async <T>(
  sessionDir: string,
  id: string,
  otherwise: T,
  use: (log: FileHandle) => Promise<T>,
): Promise<T> => {
  const log = await openLog(sessionDir, id)
  if (!log) return otherwise
  try {
    return (await log.stat()).isFile() ? await use(log) : otherwise
  } finally {
    await log.close()
  }
}

const openLog = async (sessionDir: string, id: string): Promise<FileHandle | undefined> => {
  try {
    return await open(logPath(sessionFolder(sessionDir, id)), flags)
  } catch {
    return undefined
  }
}
