import { readFile } from 'node:fs/promises'
import { parseJson } from '../../schemas/json-text'
import { SessionManifest } from '../../schemas/manifest'
import type { Role } from '../../schemas/template'
import { reasonOf } from '../lib/reason'
import { AgentStartError } from './start-error'

interface ManifestSource {
  /** A file, or a URL where the server is hosted. */
  path: string
  /** The server's own address: only there a manifest is fetched with the token. */
  serverUrl: string
  token: string | undefined
}

/** Reads a session's manifest. Throws `AgentStartError` if it is not there, is none, or is for another role. */
export const loadManifest = async (source: ManifestSource, role: Role): Promise<SessionManifest> => {
  const { path } = source
  const text = await (/^https?:\/\//i.test(path) ? fetchText(source) : readText(path))
  const parsed = SessionManifest.safeParse(parse(text, path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AgentStartError(
      1,
      `The manifest ${path} is not valid: ${issue?.path.join('.')}: ${issue?.message}`,
    )
  }
  if (parsed.data.role !== role)
    throw new AgentStartError(
      64,
      `The manifest is for the role ${parsed.data.role}: run "maestro ${parsed.data.role} init" instead`,
    )
  return parsed.data
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AgentStartError(
      error.code === 'ENOENT' ? 2 : 1,
      error.code === 'ENOENT'
        ? `There is no manifest at ${path} (MAESTRO_MANIFEST_PATH)`
        : `The manifest ${path} cannot be read: ${error.message}`,
    )
  })

const fetchText = async ({ path, serverUrl, token }: ManifestSource): Promise<string> => {
  const isOurs = new URL(path).origin === new URL(serverUrl).origin
  const headers = isOurs && token !== undefined ? { Authorization: `Bearer ${token}` } : {}
  try {
    const response = await fetch(path, { headers, signal: AbortSignal.timeout(30_000) })
    if (response.ok) return await response.text()
    throw new AgentStartError(
      response.status === 404 ? 2 : 1,
      `The manifest ${path} cannot be fetched: the server answered with status ${response.status}`,
    )
  } catch (error) {
    if (error instanceof AgentStartError) throw error
    throw new AgentStartError(1, `The manifest ${path} cannot be fetched: ${reasonOf(error)}`)
  }
}

const parse = (text: string, path: string): unknown => {
  try {
    return parseJson(text)
  } catch {
    throw new AgentStartError(1, `The manifest ${path} is damaged: it is not JSON`)
  }
}
