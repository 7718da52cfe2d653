// Made from the list of operations by `npm run generate`: not to be edited.
import type { SessionDiff } from '../../schemas/diff'
import type { EndSessionRequest } from '../../schemas/ending'
import type { HeartbeatRequest, HeartbeatResponse } from '../../schemas/heartbeat'
import type { SessionManifest } from '../../schemas/manifest'
import type { PromptRequest, PromptResponse } from '../../schemas/message'
import type { DeleteResponse, SessionToken } from '../../schemas/responses'
import type { CreateSessionRequest, Session, UpdateSessionRequest } from '../../schemas/session'
import type { SpawnResponse, SpawnSessionRequest } from '../../schemas/spawn'
import type {
  AddSessionEventRequest,
  AddSessionTimelineRequest,
  SessionEvent,
  SessionTimelineEvent,
} from '../../schemas/timeline'
import {
  type ChangeOptions,
  changeHeaders,
  type PageOptions,
  pageOf,
  type RepeatOptions,
  taggedOf,
} from './entities'
import { path, type QueryText, type Requests } from './requests'

export const sessionsOf = (requests: Requests) => ({
  /** List sessions */
  list: (
    query: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those that work on this task */
      taskId?: QueryText | undefined
      /** Only those with this status */
      status?:
        | 'spawning'
        | 'idle'
        | 'working'
        | 'completed'
        | 'failed'
        | 'stopped'
        | (string & {})
        | undefined
      /** Only those that this session asked for */
      parentSessionId?: QueryText | undefined
      /** true: only those whose status is not completed */
      active?: QueryText | undefined
      /** newest: the last first; else the oldest */
      order?: QueryText | undefined
    } = {},
  ) => requests.ask<Session[]>('GET', '/api/sessions', { query: { ...query } }),
  /** The same, a page at a time */
  page: (
    options: {
      /** Only those of this project */
      projectId?: QueryText | undefined
      /** Only those that work on this task */
      taskId?: QueryText | undefined
      /** Only those with this status */
      status?:
        | 'spawning'
        | 'idle'
        | 'working'
        | 'completed'
        | 'failed'
        | 'stopped'
        | (string & {})
        | undefined
      /** Only those that this session asked for */
      parentSessionId?: QueryText | undefined
      /** true: only those whose status is not completed */
      active?: QueryText | undefined
      /** newest: the last first; else the oldest */
      order?: QueryText | undefined
    } & PageOptions,
  ) => pageOf<Session>(requests, '/api/sessions', { ...options }),
  /** Create a session. Registers a session that somebody else started. To have one started, spawn it. */
  create: (body: CreateSessionRequest, options?: RepeatOptions) =>
    requests.ask<Session>('POST', '/api/sessions', { body, ...changeHeaders(options) }),
  /** Spawn a session. Creates the session, writes its manifest and asks every client to open a terminal for it, as one step. */
  spawn: (body: SpawnSessionRequest, options?: RepeatOptions) =>
    requests.ask<SpawnResponse>('POST', '/api/sessions/spawn', { body, ...changeHeaders(options) }),
  /** Get a session */
  get: (id: string) => requests.ask<Session>('GET', path`/api/sessions/${id}`),
  /** The same, with the tag that names this very state */
  getTagged: (id: string) => taggedOf<Session>(requests, path`/api/sessions/${id}`),
  /** Update a session. events and timeline are appended, metadata is merged by top-level key, env is replaced. A session that sends heartbeats is not stopped by a desktop application, which may stop at its start what it does not know: that is noted in the timeline. */
  update: (id: string, body: UpdateSessionRequest, options?: ChangeOptions) =>
    requests.ask<Session>('PATCH', path`/api/sessions/${id}`, { body, ...changeHeaders(options) }),
  /** Delete a session. It leaves its tasks; its queue, its requests and its messages go with it, its folder with the manifest stays. */
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/sessions/${id}`, changeHeaders(options)),
  /** Read what a session has changed in its worktree. By file, against the commit that it began from, committed or not, where this server runs on the machine of its runner. A patch is cut after 256 KiB, a page after 4 MiB: X-Next-Cursor says where to go on. */
  diff: (
    id: string,
    query: {
      /** At most so many files, 1 to 1000; default: 100 */
      limit?: number | undefined
      /** Where to go on: X-Next-Cursor of the page before */
      cursor?: QueryText | undefined
      /** 1: only how much has changed, without the patches */
      stat?: QueryText | undefined
    } = {},
  ) => requests.ask<SessionDiff>('GET', path`/api/sessions/${id}/diff`, { query: { ...query } }),
  /** End a session. Its status, its queue and what its tasks say change as one step. A session that has ended keeps its status: the report is noted in its timeline, and may give its tasks an outcome. */
  end: (id: string, body: EndSessionRequest, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/end`, { body, ...changeHeaders(options) }),
  /** List the events that the client of a session recorded */
  events: (id: string) => requests.ask<SessionEvent[]>('GET', path`/api/sessions/${id}/events`),
  /** The same, a page at a time */
  eventsPage: (id: string, options: PageOptions) =>
    pageOf<SessionEvent>(requests, path`/api/sessions/${id}/events`, { ...options }),
  /** Record an event of a session */
  addEvent: (id: string, body: AddSessionEventRequest, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/events`, { body, ...changeHeaders(options) }),
  /** Tell that a session lives. From its first heartbeat on, a session that sends none for ttlSeconds ends as lost, 5 s later at most. No document, event or ETag changes by it. When the server starts, or was stopped or asleep for over 2 s, everybody has a whole ttl anew. */
  heartbeat: (id: string, body: HeartbeatRequest = {}, options?: RepeatOptions) =>
    requests.ask<HeartbeatResponse>('POST', path`/api/sessions/${id}/heartbeat`, {
      body,
      ...changeHeaders(options),
    }),
  /** Interrupt a session. Ends the turn that runs, and keeps the session: a message with the mode interrupt. */
  interrupt: (id: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/interrupt`, changeHeaders(options)),
  /** Get the manifest of a spawned session */
  manifest: (id: string) => requests.ask<SessionManifest>('GET', path`/api/sessions/${id}/manifest`),
  /** Read what a session’s agent has printed. As it was printed, colours and all, where this server runs on the machine of its runner. It is cut in the middle when it gets too long. With follow=1 what comes is sent as well, until the session has ended. */
  output: (
    id: string,
    query: {
      /** 1: also what comes, until the session has ended */
      follow?: QueryText | undefined
    } = {},
  ) => requests.text('GET', path`/api/sessions/${id}/output`, { query: { ...query } }),
  /** Restart a session. A session that has ended begins a new run, with the same id and manifest: session:spawn is sent again, what is not completed in its queue waits anew, and its tasks say nothing of the last run but what was completed. Tokens of earlier runs are void. */
  restart: (id: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/restart`, changeHeaders(options)),
  /** Stop a session. Ends it, and clears what its tasks say of work on them; its runner ends its processes. A session that has ended stays as it is. */
  stop: (id: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/stop`, changeHeaders(options)),
  /** Add a task to a session */
  addTask: (id: string, taskId: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/tasks/${taskId}`, changeHeaders(options)),
  /** Remove a task from a session */
  removeTask: (id: string, taskId: string, options?: ChangeOptions) =>
    requests.ask<Session>('DELETE', path`/api/sessions/${id}/tasks/${taskId}`, changeHeaders(options)),
  /** List the timeline of a session */
  timeline: (id: string) => requests.ask<SessionTimelineEvent[]>('GET', path`/api/sessions/${id}/timeline`),
  /** The same, a page at a time */
  timelinePage: (id: string, options: PageOptions) =>
    pageOf<SessionTimelineEvent>(requests, path`/api/sessions/${id}/timeline`, { ...options }),
  /** Add an entry to a session’s timeline */
  addTimeline: (id: string, body: AddSessionTimelineRequest, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Session>('POST', path`/api/sessions/${id}/timeline`, { body, ...changeHeaders(options) }),
  /** Get the token of a session’s agent. What the agent may do with it is less than everything: it works on its own session and in its project. It is kept nowhere; a restart of the session makes it void. */
  token: (id: string) => requests.ask<SessionToken>('POST', path`/api/sessions/${id}/token`),
  /** Tell a session something, in the words of other programs. The same as a message; the modes send and paste are queue. */
  prompt: (id: string, body: PromptRequest, options?: RepeatOptions) =>
    requests.ask<PromptResponse>('POST', path`/api/sessions/${id}/prompt`, {
      body,
      ...changeHeaders(options),
    }),
})
