// What the tests of endings share: sessions that work on tasks, what ends them, and what is said of their tasks then.
import type { Api, Project, Session, Task } from './http'

/** `begin` makes the project that the others are about: one before each test. */
export const endingsOf = (api: Api) => {
  let project: Project
  const begin = async () => {
    project = await api.project()
    return project
  }

  const tasks = async (...statuses: (string | undefined)[]): Promise<Task[]> => {
    const made: Task[] = []
    for (const [n] of statuses.entries()) made.push(await api.task(project.id, { title: `task ${n}` }))
    return made
  }

  /** A living session whose tasks say these things. */
  const working = async (statuses: (string | undefined)[], fields: object = {}) => {
    const made = await tasks(...statuses)
    const session = await api.session(
      project.id,
      made.map(({ id }) => id),
      { status: 'working', ...fields },
    )
    for (const [n, { id }] of made.entries()) if (statuses[n]) await report(id, statuses[n])
    return { session, tasks: made }
  }

  const report = (id: string, sessionStatus: string, fields: object = {}) =>
    api.ok<Task>('PATCH', `/api/tasks/${id}`, { updateSource: 'session', sessionStatus, ...fields })
  const end = (id: string, body: object) => api.ok<Session>('POST', `/api/sessions/${id}/end`, body)
  const sessionOf = (id: string) => api.get<Session>(`/api/sessions/${id}`)
  const said = async (made: readonly Task[]) => {
    const now: unknown[] = []
    for (const { id } of made) now.push((await api.get<Task>(`/api/tasks/${id}`)).sessionStatus ?? null)
    return now
  }
  const refusal = async (method: 'POST' | 'PATCH', path: string, body?: object) => {
    const { status, body: answer } = await api.request<{ code: string }>(method, path, body)
    return [status, answer.code]
  }

  return { begin, tasks, working, report, end, sessionOf, said, refusal }
}
