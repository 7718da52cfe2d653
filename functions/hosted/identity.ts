import { workspaceHeader } from './bindings'

/** What an object learns from its first request, and needs to know when something else wakes it. */
export interface Identity {
  workspace: string
  /** Where the server is reached, if SERVER_URL does not say. */
  origin: string
}

/** Who this object is; undefined before its first request. */
export const readIdentity = (sql: SqlStorage): Identity | undefined => {
  sql.exec('CREATE TABLE IF NOT EXISTS identity (workspace TEXT NOT NULL, origin TEXT NOT NULL)')
  return sql.exec<Record<keyof Identity, string>>('SELECT workspace, origin FROM identity').toArray()[0]
}

/** Takes the identity from a request, and keeps it. */
export const storeIdentity = (sql: SqlStorage, request: Request): Identity => {
  const workspace = request.headers.get(workspaceHeader)
  if (workspace === null)
    throw new Error(`a request without ${workspaceHeader} did not come through the Worker`)
  const { origin } = new URL(request.url)
  sql.exec('INSERT INTO identity (workspace, origin) VALUES (?, ?)', workspace, origin)
  return { workspace, origin }
}
