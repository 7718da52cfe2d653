// Made from the list of operations by `npm run generate`: not to be edited.
import type { ClaimNextRequest, ClaimTaskRequest, ReleaseTaskRequest } from '../../schemas/claim'
import type { BlockedTask, ClaimNextResponse } from '../../schemas/ready'
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
      /** Only those whose session says this of them */
      sessionStatus?: QueryText | undefined
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
      /** Only those whose session says this of them */
      sessionStatus?: QueryText | undefined
      /** Only those whose title or description holds this text, upper and lower case alike */
      q?: QueryText | undefined
    } & PageOptions,
  ) => pageOf<Task>(requests, '/api/tasks', { ...options }),
  /** Create a task */
  create: (body: CreateTaskRequest, options?: RepeatOptions) =>
    requests.ask<Task>('POST', '/api/tasks', { body, ...changeHeaders(options) }),
  /** List tasks that wait, and why. Those that are todo or blocked and cannot be started now, the oldest first. */
  blocked: (
    query: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those below this task, however deep */
      under?: QueryText | undefined
      /** Only this one, if it waits */
      taskId?: QueryText | undefined
    } = {},
  ) => requests.ask<BlockedTask[]>('GET', '/api/tasks/blocked', { query: { ...query } }),
  /** The same, a page at a time */
  blockedPage: (
    options: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those below this task, however deep */
      under?: QueryText | undefined
      /** Only this one, if it waits */
      taskId?: QueryText | undefined
    } & PageOptions,
  ) => pageOf<BlockedTask>(requests, '/api/tasks/blocked', { ...options }),
  /** Claim the next task that is ready. The first of those that are ready, or one of the session’s own; where there is none, it says what waits, and why. */
  claimNext: (body: ClaimNextRequest = {}, options?: RepeatOptions) =>
    requests.ask<ClaimNextResponse>('POST', '/api/tasks/claim-next', { body, ...changeHeaders(options) }),
  /** List tasks that can be started now. Those that nobody has begun, whose dependencies are done, whose children are done or cancelled, and which no living session of strategy simple or queue has: high priority first, then the oldest. */
  ready: (
    query: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those below this task, however deep */
      under?: QueryText | undefined
      /** Where none is ready: for how long to wait until one is, 0 to 50 */
      waitSeconds?: number | undefined
    } = {},
  ) => requests.ask<Task[]>('GET', '/api/tasks/ready', { query: { ...query } }),
  /** The same, a page at a time */
  readyPage: (
    options: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those below this task, however deep */
      under?: QueryText | undefined
      /** Where none is ready: for how long to wait until one is, 0 to 50 */
      waitSeconds?: number | undefined
    } & PageOptions,
  ) => pageOf<Task>(requests, '/api/tasks/ready', { ...options }),
  /** Get a task */
  get: (id: string) => requests.ask<Task>('GET', path`/api/tasks/${id}`),
  /** The same, with the tag that names this very state */
  getTagged: (id: string) => taggedOf<Task>(requests, path`/api/tasks/${id}`),
  /** Update a task. With updateSource "session", only sessionStatus is changed, whatever else is sent. The status todo begins anew: what a session said of it goes. Any status but in_progress takes it away from the session that has claimed it. */
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
  /** Claim a task. Of any number of sessions at once, one gets it; the one that has it gets it again, and nothing changes. It is given back when the session ends, or is lost. */
  claim: (id: string, body: ClaimTaskRequest = {}, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Task>('POST', path`/api/tasks/${id}/claim`, { body, ...changeHeaders(options) }),
  /** Give a claimed task back, or say what became of it. Without an outcome anybody may claim it. It leaves the session, unless it was there before the claim. With force a person takes it away from whoever has it. */
  release: (id: string, body: ReleaseTaskRequest = {}, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Task>('POST', path`/api/tasks/${id}/release`, { body, ...changeHeaders(options) }),
  /** Add an entry about a task to a session’s timeline */
  addTimeline: (id: string, body: TaskTimelineRequest, options?: RepeatOptions) =>
    requests.ask<TaskTimelineResponse>('POST', path`/api/tasks/${id}/timeline`, {
      body,
      ...changeHeaders(options),
    }),
})
