// What the tests of requests share: shapes, and what an agent asks and a person answers about one session.
import type { Api, Project, Session, Task } from './http'

export interface Request {
  id: string
  sessionId: string
  projectId: string
  taskId?: string
  kind: string
  title: string
  options: { id: string; label: string; effect: string }[]
  state: string
  answer?: { optionId?: string; text?: string; by: string; at: number }
  deliveredAt?: number
  createdAt: number
  updatedAt: number
}

export interface Waiting extends Session {
  needsInput?: { active: boolean; message?: string; since?: number }
}

/** Those of an approval. */
export const options = [
  { id: 'yes', label: 'Yes', effect: 'allow_once' },
  { id: 'no', label: 'No', effect: 'reject_once' },
]

/** `begin` makes the session that works on one task, and that the others are about: one before each test. */
export const requestsOf = (api: Api) => {
  let project: Project
  let task: Task
  let session: Session
  const begin = async () => {
    project = await api.project()
    task = await api.task(project.id)
    session = await api.session(project.id, [task.id], { status: 'working' })
    return { project, task, session }
  }
  const ask = (title: string, fields: object = {}, id = session.id) =>
    api.ok<Request>('POST', `/api/sessions/${id}/requests`, { kind: 'question', title, ...fields })
  const answer = (id: string, body: object) => api.ok<Request>('POST', `/api/requests/${id}/answer`, body)
  const withdraw = (id: string) => api.ok<Request>('POST', `/api/requests/${id}/withdraw`)
  const sessionNow = (id = session.id) => api.get<Waiting>(`/api/sessions/${id}`)
  const taskNow = async (id = task.id) => (await api.get<Task>(`/api/tasks/${id}`)).sessionStatus
  const inbox = (query = '') => api.get<Request[]>(`/api/inbox?projectId=${project.id}${query}`)
  return { begin, ask, answer, withdraw, sessionNow, taskNow, inbox }
}
