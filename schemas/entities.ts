import * as z from 'zod'
import { ClaimNextRequest, ClaimTaskRequest, ReleaseTaskRequest } from './claim'
import { EndSessionRequest } from './ending'
import { CreateMessageRequest, Message, PromptRequest, UpdateMessageRequest } from './message'
import { CreateProjectRequest, Project, UpdateProjectRequest } from './project'
import { QueueChange, QueueState } from './queue'
import { AnswerInboxRequest, CreateInboxRequest, InboxRequest } from './request'
import type { mainRooms } from './room-names'
import { CreateSessionRequest, Session, UpdateSessionRequest } from './session'
import { SpawnSessionRequest } from './spawn'
import { CreateTaskRequest, Task, UpdateTaskRequest } from './task'
import { CreateTemplateRequest, Template, UpdateTemplateRequest } from './template'

interface EntityDescription {
  /** What one is called: in errors, and in the names of its events. */
  name: string
  schema: z.ZodType
  /** What errors call its id, where that is not `{name}Id`. */
  idName?: string
  /** The beginning of its id, where it has one of its own. */
  idPrefix?: string
  /** The room that all of its events go to, besides those of what they are about. */
  room?: (typeof mainRooms)[number]
  /** What is counted, as the reference says it, and an example. */
  counted: readonly [description: string, example: number]
  /** The bodies of its requests that have a JSON Schema file. */
  bodies: readonly z.ZodType[]
}

/** The one list of what the API is about: what else names every kind of entities is made from it. */
const entities = {
  projects: {
    name: 'project',
    schema: Project,
    idPrefix: 'proj',
    room: 'all',
    counted: ['Stored projects', 2],
    bodies: [CreateProjectRequest, UpdateProjectRequest],
  },
  tasks: {
    name: 'task',
    schema: Task,
    idPrefix: 'task',
    room: 'all',
    counted: ['Stored tasks', 40],
    bodies: [CreateTaskRequest, UpdateTaskRequest, ClaimTaskRequest, ClaimNextRequest, ReleaseTaskRequest],
  },
  sessions: {
    name: 'session',
    schema: Session,
    idPrefix: 'sess',
    room: 'all',
    counted: ['Stored sessions', 12],
    bodies: [CreateSessionRequest, UpdateSessionRequest, EndSessionRequest, SpawnSessionRequest],
  },
  queues: {
    name: 'queue',
    schema: QueueState,
    idName: 'sessionId',
    room: 'queues',
    counted: ['Stored queues', 3],
    bodies: [],
  },
  templates: {
    name: 'template',
    schema: Template,
    idPrefix: 'tmpl',
    room: 'templates',
    counted: ['Stored templates', 2],
    bodies: [CreateTemplateRequest, UpdateTemplateRequest],
  },
  requests: {
    name: 'request',
    schema: InboxRequest,
    idPrefix: 'req',
    room: 'inbox',
    counted: ['Stored requests to people', 5],
    bodies: [CreateInboxRequest, AnswerInboxRequest],
  },
  messages: {
    name: 'message',
    schema: Message,
    idPrefix: 'msg',
    counted: ['Stored messages to agents', 8],
    bodies: [CreateMessageRequest, UpdateMessageRequest, PromptRequest],
  },
} as const satisfies Record<string, EntityDescription>

export type EntityKind = keyof typeof entities
type EntityName = (typeof entities)[EntityKind]['name']
export type EntityIdPrefix = Extract<(typeof entities)[EntityKind], { idPrefix: string }>['idPrefix']

const Deleted = z
  .object({
    id: z
      .string()
      .meta({ description: 'Id of what was deleted', examples: ['task_1738713700000_p9q2r5t8w'] }),
  })
  .meta({ title: 'Deletion', description: 'What was deleted' })

type Events<Verb extends string> = Record<`${EntityName}:${Verb}`, z.ZodType>

/** The events of an entity's own life, with the schema of their data; a kind without them does not compile. */
export const lifeEvents = {
  'project:created': Project,
  'project:updated': Project,
  'project:deleted': Deleted,
  'task:created': Task,
  'task:updated': Task,
  'task:deleted': Deleted,
  'session:created': Session,
  'session:updated': Session,
  'session:deleted': Deleted,
  'queue:created': QueueChange,
  'queue:updated': QueueChange,
  'template:created': Template,
  'template:updated': Template,
  'template:deleted': Deleted,
  'request:created': InboxRequest,
  'request:updated': InboxRequest,
  'message:created': Message,
  'message:updated': Message,
} satisfies Events<'created' | 'updated'> & Partial<Events<'deleted'>>

export const isEntityKind = (name: string): name is EntityKind => Object.hasOwn(entities, name)

/** Every kind; an entity follows those it refers to. */
export const entityKinds: readonly EntityKind[] = Object.keys(entities).filter(isEntityKind)

/** Something for each kind of entities; one that is left out does not compile. */
export const byEntityKind = <Values extends Readonly<Record<EntityKind, unknown>>>(
  make: <K extends EntityKind>(kind: K) => Values[K],
): { [K in EntityKind]: Values[K] } => ({
  projects: make('projects'),
  tasks: make('tasks'),
  sessions: make('sessions'),
  queues: make('queues'),
  templates: make('templates'),
  requests: make('requests'),
  messages: make('messages'),
})

const descriptions: Readonly<Record<EntityKind, EntityDescription>> = entities

export const descriptionOf = (kind: EntityKind): EntityDescription => descriptions[kind]

/** What errors call the id of an entity. */
export const idNameOf = (kind: EntityKind): string => {
  const { name, idName } = descriptionOf(kind)
  return idName ?? `${name}Id`
}
