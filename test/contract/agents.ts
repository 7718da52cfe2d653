// Agents as they come to the server: with the token that the spawn of their session gives them.
import type { Api, Session } from './http'

export const bearer = (token: string, headers: Record<string, string> = {}) => ({
  Authorization: `Bearer ${token}`,
  ...headers,
})

/** `projectId` gives the project of those sessions for which no other is named. */
export const agentsOf = (api: Api, projectId: () => string) => {
  const tokenOf = async (id: string) =>
    (await api.ok<{ token: string }>('POST', `/api/sessions/${id}/token`)).token

  /** Requests with a session's token. */
  const as =
    (token: string, headers: Record<string, string> = {}) =>
    <Body = unknown>(method: string, path: string, body?: unknown) =>
      api.request<Body>(method, path, body, bearer(token, headers))

  /** A spawned session of a task, and its token, also as a header. */
  const spawned = async (fields: object = {}, inProject = projectId()) => {
    const task = await api.task(inProject)
    const { session } = await api.ok<{ session: Session & { run: number } }>('POST', '/api/sessions/spawn', {
      projectId: inProject,
      taskIds: [task.id],
      ...fields,
    })
    const token = await tokenOf(session.id)
    return { session, task, token, headers: bearer(token) }
  }

  return { tokenOf, as, spawned }
}
