/** A page of keys of Workers KV. */
interface KvPage {
  keys: { name: string; metadata?: unknown }[]
  list_complete: boolean
  /** Where the next page begins, if there is one. */
  cursor?: string
}

/** What wrangler.toml binds, as far as it is used, and besides it the variables and secrets of the configuration. */
export interface Bindings extends Record<string, unknown> {
  /** One object a workspace. */
  MAESTRO_WORKSPACES: {
    getByName(workspace: string): { fetch(request: Request): Promise<Response> }
  }
  /** The files of the console; absent where it was not built. */
  MAESTRO_CONSOLE?: { fetch(address: string): Promise<Response> }
  /** A copy of all documents: for whoever wants to read them there, and to restore a workspace that was lost. */
  MAESTRO_KV: {
    put(key: string, value: string, options: { metadata: object }): Promise<void>
    delete(key: string): Promise<void>
    get(key: string): Promise<string | null>
    list(options: { prefix: string; limit: number; cursor?: string }): Promise<KvPage>
  }
}

/** Carries an object's name to it. Only the Worker reaches the object, and it always sets this. */
export const workspaceHeader = 'X-Maestro-Workspace'
