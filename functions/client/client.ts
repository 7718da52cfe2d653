/**
 * A typed client of the API, for Node 20 and later, Workers and browsers. It repeats nothing by itself: a
 * `MaestroError` is an answer, and after `ServerUnreachable` only the caller knows whether to ask again.
 */
import { eventsOf } from './events'
import { operationsOf } from './operations'
import { outputOf } from './output'
import { type ClientOptions, createRequests, type QueryText } from './requests'

export type Client = ReturnType<typeof createClient>

/** Throws `TypeError` if the URL cannot be one. */
export const createClient = (options: ClientOptions) => {
  const requests = createRequests(options)
  const { server, events, sessions, ...operations } = operationsOf(requests)
  return {
    /** The address of the server, without a slash at its end. */
    url: requests.url,
    ...operations,
    sessions: { ...sessions, ...outputOf(requests) },
    events: { ...events, ...eventsOf(requests) },
    ...server,
    /** How the server is; with `verbose`, in detail. */
    health: ({ verbose }: { verbose?: QueryText | undefined } = {}) =>
      server.health(verbose === true ? { verbose: '1' } : verbose ? { verbose } : {}),
  }
}

export type { SessionDiff } from '../../schemas/diff'
export type { EndSessionRequest } from '../../schemas/ending'
export type { EventData, EventName } from '../../schemas/events'
export type { SessionManifest } from '../../schemas/manifest'
export type { CreateMessageRequest, Message, MessageState } from '../../schemas/message'
export type { CreateProjectRequest, Project, UpdateProjectRequest } from '../../schemas/project'
export type { QueueItem, QueueState, QueueStats } from '../../schemas/queue'
export type { AnswerInboxRequest, CreateInboxRequest, InboxRequest } from '../../schemas/request'
export type {
  CreateSessionRequest,
  Session,
  SessionStatus,
  Strategy,
  UpdateSessionRequest,
} from '../../schemas/session'
export type { Skill, SkillSummary } from '../../schemas/skill'
export type { SpawnEvent, SpawnSessionRequest } from '../../schemas/spawn'
export type { CreateTaskRequest, Task, TaskStatus, UpdateTaskRequest } from '../../schemas/task'
export type { Role, Template } from '../../schemas/template'
export type { SessionTimelineEvent, TimelineType } from '../../schemas/timeline'
export type { Page, Tagged } from './entities'
export type { ListenOptions, MaestroEvent } from './event-types'
export type { FollowOutputOptions, OutputPart } from './output'
export { MaestroError, ServerUnreachable } from './problems'
export type { ClientOptions } from './requests'
