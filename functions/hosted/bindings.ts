/** What wrangler.toml binds, as far as it is used, and besides it the variables and secrets of the configuration. */
export interface Bindings extends Record<string, unknown> {
  /** One object a workspace. */
  MAESTRO_WORKSPACES: {
    getByName(workspace: string): { fetch(request: Request): Promise<Response> }
  }
  /** A copy of all documents, for whoever wants to read them there. */
  MAESTRO_KV: {
    put(key: string, value: string): Promise<void>
    delete(key: string): Promise<void>
  }
}

/** Carries an object's name to it. Only the Worker reaches the object, and it always sets this. */
export const workspaceHeader = 'X-Maestro-Workspace'
