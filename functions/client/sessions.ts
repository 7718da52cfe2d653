import type { SessionManifest } from '../../schemas/manifest'
import type { DeleteResponse } from '../../schemas/responses'
import type {
  CreateSessionRequest,
  Session,
  SessionStatus,
  UpdateSessionRequest,
} from '../../schemas/session'
import type { SpawnResponse, SpawnSessionRequest } from '../../schemas/spawn'
import type { AddSessionEventRequest, AddSessionTimelineRequest } from '../../schemas/timeline'
import { type ChangeOptions, ifMatch, type PageOptions, pageOf, taggedOf } from './entities'
import { path, type Requests } from './requests'

/** All that are given must hold. */
export interface SessionFilter {
  projectId?: string | undefined
  taskId?: string | undefined
  /** Also `running`, the old word for `working`; a word that is no status matches nothing. */
  status?: SessionStatus | (string & {}) | undefined
  /** Leaves out those that are `completed`. */
  active?: true | undefined
}

export const sessionsOf = (requests: Requests) => ({
  list: (filter: SessionFilter = {}) =>
    requests.ask<Session[]>('GET', '/api/sessions', { query: { ...filter } }),
  page: (options: SessionFilter & PageOptions) => pageOf<Session>(requests, '/api/sessions', { ...options }),
  /** With an `id` that is taken: 409. */
  create: (body: CreateSessionRequest) => requests.ask<Session>('POST', '/api/sessions', { body }),
  get: (id: string) => requests.ask<Session>('GET', path`/api/sessions/${id}`),
  getTagged: (id: string) => taggedOf<Session>(requests, path`/api/sessions/${id}`),
  /** `events` and `timeline` are appended, `metadata` is merged. */
  update: (id: string, body: UpdateSessionRequest, options?: ChangeOptions) =>
    requests.ask<Session>('PATCH', path`/api/sessions/${id}`, { body, ...ifMatch(options) }),
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/sessions/${id}`, ifMatch(options)),
  /** Makes a session with its manifest, and asks whoever listens to start an agent for it. */
  spawn: (body: SpawnSessionRequest) => requests.ask<SpawnResponse>('POST', '/api/sessions/spawn', { body }),
  addEvent: (id: string, body: AddSessionEventRequest) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/events`, { body }),
  addTimeline: (id: string, body: AddSessionTimelineRequest) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/timeline`, { body }),
  addTask: (id: string, taskId: string) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/tasks/${taskId}`),
  removeTask: (id: string, taskId: string) =>
    requests.ask<Session>('DELETE', path`/api/sessions/${id}/tasks/${taskId}`),
  /** What a spawned session starts from; 404 for one that was not spawned. */
  manifest: (id: string) => requests.ask<SessionManifest>('GET', path`/api/sessions/${id}/manifest`),
})
