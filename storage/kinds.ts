import type * as z from 'zod'
import { KeptAnswer } from '../schemas/answer'
import { Project } from '../schemas/project'
import { QueueState } from '../schemas/queue'
import { Session } from '../schemas/session'
import { Task } from '../schemas/task'
import { Template } from '../schemas/template'
import { migrateSession, migrateTask } from './migration'

/** The kinds of entities, by the name of their folder. */
export interface Entities {
  projects: Project
  tasks: Task
  sessions: Session
  queues: QueueState
  templates: Template
  answers: KeptAnswer
}
export type Kind = keyof Entities
/** Those that are part of the API: exported, copied, counted. */
export type EntityKind = (typeof kindNames)[number]

/** The values by which an entity can be found: one, or one of several. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

interface KindRules<T> {
  schema: z.ZodType<T>
  id(entity: T): string
  /** Where it is stored: an unstorage key, `:` between the folders. */
  key(entity: T): string
  /** Lists are in the order of this time, then of the id. */
  createdAt(entity: T): number
  fields(entity: T): Fields
  /** Whether a document of an earlier version could pass for one of this. */
  isOutdated(document: Record<string, unknown>): boolean
  /** Brings a document of an earlier version up to date; what is wrong with it stays wrong. */
  migrate(document: Record<string, unknown>): Record<string, unknown>
  /** Lists that only ever grow: the journal takes an append delta of them. */
  appendOnly: readonly (keyof T & string)[]
}

const unchanged = (document: Record<string, unknown>) => document
const never = () => false
const nothing: Fields = {}

export const kinds: { [K in Kind]: KindRules<Entities[K]> } = {
  projects: {
    schema: Project,
    id: (project) => project.id,
    key: (project) => `projects:${project.id}`,
    createdAt: (project) => project.createdAt,
    fields: () => nothing,
    isOutdated: never,
    migrate: unchanged,
    appendOnly: [],
  },
  tasks: {
    schema: Task,
    id: (task) => task.id,
    key: (task) => `tasks:${task.projectId}:${task.id}`,
    createdAt: (task) => task.createdAt,
    fields: (task) => ({
      projectId: task.projectId,
      parentId: task.parentId ?? 'null',
      status: task.status,
      sessionIds: task.sessionIds,
      dependencies: task.dependencies,
      externalId: task.externalId ?? [],
    }),
    isOutdated: (task) => 'timeline' in task,
    migrate: migrateTask,
    appendOnly: [],
  },
  sessions: {
    schema: Session,
    id: (session) => session.id,
    key: (session) => `sessions:${session.id}`,
    createdAt: (session) => session.startedAt,
    fields: (session) => ({
      projectId: session.projectId,
      status: session.status,
      taskIds: session.taskIds,
    }),
    isOutdated: never,
    migrate: migrateSession,
    appendOnly: ['events', 'timeline'],
  },
  queues: {
    schema: QueueState,
    id: (queue) => queue.sessionId,
    key: (queue) => `queues:${queue.sessionId}`,
    createdAt: (queue) => queue.createdAt,
    fields: () => nothing,
    isOutdated: never,
    migrate: unchanged,
    appendOnly: [],
  },
  templates: {
    schema: Template,
    id: (template) => template.id,
    key: (template) => `templates:${template.id}`,
    createdAt: (template) => template.createdAt,
    fields: (template) => ({ role: template.role }),
    isOutdated: never,
    migrate: unchanged,
    appendOnly: [],
  },
  answers: {
    schema: KeptAnswer,
    id: (answer) => answer.id,
    key: (answer) => `answers:${answer.id}`,
    createdAt: (answer) => answer.createdAt,
    fields: () => nothing,
    isOutdated: never,
    migrate: unchanged,
    appendOnly: [],
  },
}

export const kindNames = ['projects', 'tasks', 'sessions', 'queues', 'templates'] as const

/** Every kind that is stored: the entities, and what the server keeps for itself. */
export const storedKinds = [...kindNames, 'answers'] as const

/** The kind of what is stored under a key, if it is one of ours. */
export const kindOfKey = (key: string): Kind | undefined => storedKinds.find((kind) => isOfKind(key, kind))

/** The kind of an entity that is stored under a key, if it is one. */
export const entityKindOfKey = (key: string): EntityKind | undefined =>
  kindNames.find((kind) => isOfKind(key, kind))

const isOfKind = (key: string, kind: Kind) => key.startsWith(`${kind}:`)
