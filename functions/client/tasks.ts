import type { DeleteResponse } from '../../schemas/responses'
import type {
  CreateTaskRequest,
  Task,
  TaskStatus,
  TaskTimelineRequest,
  TaskTimelineResponse,
  UpdateTaskRequest,
} from '../../schemas/task'
import { type ChangeOptions, ifMatch, type PageOptions, pageOf, taggedOf } from './entities'
import { path, type Requests } from './requests'

/** All that are given must hold. */
export interface TaskFilter {
  projectId?: string | undefined
  /** Also `pending`, the old word for `todo`; a word that is no status matches nothing. */
  status?: TaskStatus | (string & {}) | undefined
  /** `null`: tasks without a parent. */
  parentId?: string | null | undefined
  sessionId?: string | undefined
}

export const tasksOf = (requests: Requests) => ({
  list: (filter: TaskFilter = {}) => requests.ask<Task[]>('GET', '/api/tasks', { query: { ...filter } }),
  page: (options: TaskFilter & PageOptions) => pageOf<Task>(requests, '/api/tasks', { ...options }),
  create: (body: CreateTaskRequest) => requests.ask<Task>('POST', '/api/tasks', { body }),
  get: (id: string) => requests.ask<Task>('GET', path`/api/tasks/${id}`),
  getTagged: (id: string) => taggedOf<Task>(requests, path`/api/tasks/${id}`),
  /** With `updateSource: 'session'` only `sessionStatus` is changed. */
  update: (id: string, body: UpdateTaskRequest, options?: ChangeOptions) =>
    requests.ask<Task>('PATCH', path`/api/tasks/${id}`, { body, ...ifMatch(options) }),
  /** Its children move up to its parent. */
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/tasks/${id}`, ifMatch(options)),
  /** Its direct children. */
  children: (id: string) => requests.ask<Task[]>('GET', path`/api/tasks/${id}/children`),
  /** Notes something about the task in the timeline of a session. */
  addTimeline: (id: string, body: TaskTimelineRequest) =>
    requests.ask<TaskTimelineResponse>('POST', path`/api/tasks/${id}/timeline`, { body }),
})
