import { readFile } from 'node:fs/promises'
import { SessionManifest } from '../../schemas/manifest'
import type { Role } from '../../schemas/template'
import { CannotStart } from './problems'

interface Place {
  /** A file, or a URL where the server is hosted. */
  path: string
  /** The server's own address: only there a manifest is fetched with the token. */
  serverUrl: string
  token: string | undefined
}

/** Reads a session's manifest. Throws `CannotStart` if it is not there, is none, or is for another role. */
export const loadManifest = async (place: Place, role: Role): Promise<SessionManifest> => {
  const { path } = place
  const text = await (/^https?:\/\//i.test(path) ? fetched(place) : read(path))
  const parsed = SessionManifest.safeParse(parse(text, path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new CannotStart(1, `The manifest ${path} is not valid: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  if (parsed.data.role !== role)
    throw new CannotStart(
      64,
      `The manifest is for the role ${parsed.data.role}: run "maestro ${parsed.data.role} init" instead`,
    )
  return parsed.data
}

const read = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CannotStart(
      error.code === 'ENOENT' ? 2 : 1,
      error.code === 'ENOENT'
        ? `There is no manifest at ${path}`
        : `The manifest cannot be read: ${error.message}`,
    )
  })

const fetched = async ({ path, serverUrl, token }: Place): Promise<string> => {
  const isOurs = new URL(path).origin === new URL(serverUrl).origin
  const headers = isOurs && token !== undefined ? { Authorization: `Bearer ${token}` } : {}
  try {
    const response = await fetch(path, { headers, signal: AbortSignal.timeout(30_000) })
    if (response.ok) return await response.text()
    throw new CannotStart(
      response.status === 404 ? 2 : 1,
      `The manifest ${path} was answered with status ${response.status}`,
    )
  } catch (error) {
    if (error instanceof CannotStart) throw error
    throw new CannotStart(
      1,
      `The manifest ${path} cannot be fetched: ${error instanceof Error ? error.message : error}`,
    )
  }
}

const parse = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new CannotStart(1, `The manifest ${path} is damaged: it is not JSON`)
  }
}
