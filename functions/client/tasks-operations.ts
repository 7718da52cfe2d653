// Made from the list of operations by `npm run generate`: not to be edited.
import type { DeleteResponse } from '../../schemas/responses'
import type {
  CreateTaskRequest,
  Task,
  TaskTimelineRequest,
  TaskTimelineResponse,
  UpdateTaskRequest,
} from '../../schemas/task'
import {
  type ChangeOptions,
  changeHeaders,
  type PageOptions,
  pageOf,
  type RepeatOptions,
  taggedOf,
} from './entities'
import { path, type QueryText, type Requests } from './requests'

export const tasksOf = (requests: Requests) => ({
  /** List tasks */
  list: (
    query: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those with this status */
      status?:
        | 'todo'
        | 'in_progress'
        | 'in_review'
        | 'completed'
        | 'cancelled'
        | 'blocked'
        | (string & {})
        | undefined
      /** Only those below this task; the word null: only root tasks */
      parentId?: QueryText | undefined
      /** Only those of this session */
      sessionId?: QueryText | undefined
      /** Only the one that is this task elsewhere */
      externalId?: QueryText | undefined
      /** Only those whose title or description holds this text, upper and lower case alike */
      q?: QueryText | undefined
    } = {},
  ) => requests.ask<Task[]>('GET', '/api/tasks', { query: { ...query } }),
  /** The same, a page at a time */
  page: (
    options: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those with this status */
      status?:
        | 'todo'
        | 'in_progress'
        | 'in_review'
        | 'completed'
        | 'cancelled'
        | 'blocked'
        | (string & {})
        | undefined
      /** Only those below this task; the word null: only root tasks */
      parentId?: QueryText | undefined
      /** Only those of this session */
      sessionId?: QueryText | undefined
      /** Only the one that is this task elsewhere */
      externalId?: QueryText | undefined
      /** Only those whose title or description holds this text, upper and lower case alike */
      q?: QueryText | undefined
    } & PageOptions,
  ) => pageOf<Task>(requests, '/api/tasks', { ...options }),
  /** Create a task */
  create: (body: CreateTaskRequest, options?: RepeatOptions) =>
    requests.ask<Task>('POST', '/api/tasks', { body, ...changeHeaders(options) }),
  /** Get a task */
  get: (id: string) => requests.ask<Task>('GET', path`/api/tasks/${id}`),
  /** The same, with the tag that names this very state */
  getTagged: (id: string) => taggedOf<Task>(requests, path`/api/tasks/${id}`),
  /** Update a task. With updateSource "session", only sessionStatus is changed, whatever else is sent. */
  update: (id: string, body: UpdateTaskRequest, options?: ChangeOptions) =>
    requests.ask<Task>('PATCH', path`/api/tasks/${id}`, { body, ...changeHeaders(options) }),
  /** Delete a task. It leaves its sessions and what depends on it; its children move up to its parent. */
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/tasks/${id}`, changeHeaders(options)),
  /** List the direct children of a task */
  children: (id: string) => requests.ask<Task[]>('GET', path`/api/tasks/${id}/children`),
  /** The same, a page at a time */
  childrenPage: (id: string, options: PageOptions) =>
    pageOf<Task>(requests, path`/api/tasks/${id}/children`, { ...options }),
  /** Add an entry about a task to a session’s timeline */
  addTimeline: (id: string, body: TaskTimelineRequest, options?: RepeatOptions) =>
    requests.ask<TaskTimelineResponse>('POST', path`/api/tasks/${id}/timeline`, {
      body,
      ...changeHeaders(options),
    }),
})
