/** The JSON Schema files of `schemas/json/`: for programs that do not speak TypeScript. */
import type * as z from 'zod'
import { EndSessionRequest } from './ending'
import { ErrorResponse } from './errors'
import { webSocketMessage } from './events'
import { partsOf } from './json-examples'
import { type Converted, type JsonSchema, toJsonSchemas } from './json-schema'
import { SessionManifest } from './manifest'
import { CreateMessageRequest, Message, PromptRequest, UpdateMessageRequest } from './message'
import { CreateProjectRequest, Project, UpdateProjectRequest } from './project'
import { QueueItem, QueueState } from './queue'
import { AnswerInboxRequest, CreateInboxRequest, InboxRequest } from './request'
import { DeleteResponse } from './responses'
import { CreateSessionRequest, Session, UpdateSessionRequest } from './session'
import { SkillManifest } from './skill'
import { SpawnEvent, SpawnSessionRequest } from './spawn'
import { CreateTaskRequest, Task, UpdateTaskRequest } from './task'
import { CreateTemplateRequest, Template, UpdateTemplateRequest } from './template'
import { SessionEvent, SessionTimelineEvent } from './timeline'

/** The shapes that the server sends and stores. */
const outputs = (): Record<string, z.ZodType> => ({
  project: Project,
  task: Task,
  session: Session,
  'session-timeline-event': SessionTimelineEvent,
  'session-event': SessionEvent,
  'queue-state': QueueState,
  'queue-item': QueueItem,
  template: Template,
  request: InboxRequest,
  message: Message,
  'error-response': ErrorResponse,
  'delete-response': DeleteResponse,
  'websocket-message': webSocketMessage(),
  'spawn-event': SpawnEvent,
  'session-manifest': SessionManifest,
})

/** The shapes that the server reads: requests, and files of others. */
const inputs = {
  'create-project-request': CreateProjectRequest,
  'update-project-request': UpdateProjectRequest,
  'create-task-request': CreateTaskRequest,
  'update-task-request': UpdateTaskRequest,
  'create-session-request': CreateSessionRequest,
  'update-session-request': UpdateSessionRequest,
  'end-session-request': EndSessionRequest,
  'spawn-session-request': SpawnSessionRequest,
  'create-template-request': CreateTemplateRequest,
  'update-template-request': UpdateTemplateRequest,
  'create-request-request': CreateInboxRequest,
  'answer-request-request': AnswerInboxRequest,
  'create-message-request': CreateMessageRequest,
  'update-message-request': UpdateMessageRequest,
  'prompt-request': PromptRequest,
  'skill-manifest': SkillManifest,
}

/** Every file by its name, without `.json`. Each stands alone: what it refers to is in its `$defs`. */
export const jsonSchemaFiles = (): Record<string, JsonSchema> => ({
  ...filesOf(outputs(), 'output'),
  ...filesOf(inputs, 'input'),
})

const prefix = '#/$defs/'

const filesOf = (schemas: Record<string, z.ZodType>, side: 'input' | 'output') => {
  const { of, named } = toJsonSchemas(Object.values(schemas), side, prefix)
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, fileOf(name, titleIn(of(schema)), named)]),
  )
}

const fileOf = (name: string, title: string, named: Converted['named']): JsonSchema => {
  const { [title]: schema = {} } = named
  const Defs = Object.fromEntries(
    [...titlesWithin(schema, named)].sort().map((within) => [within, named[within] ?? {}]),
  )
  const { title: _, description, ...rest } = schema
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:maestro-server:schemas:${name}`,
    title,
    ...(description !== undefined && { description }),
    ...rest,
    ...(Object.keys(Defs).length > 0 && { $defs: Defs }),
  }
}

const titlesWithin = (schema: JsonSchema, named: Converted['named'], found = new Set<string>()) => {
  for (const part of partsOf(schema)) {
    const title = titleIn(part)
    const { [title]: referred } = named
    if (referred && !found.has(title)) titlesWithin(referred, named, found.add(title))
    titlesWithin(part, named, found)
  }
  return found
}

const titleIn = ({ $ref = '' }: JsonSchema) => $ref.slice(prefix.length)
