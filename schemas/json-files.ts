/** The JSON Schema files of `schemas/json/`: for programs that do not speak TypeScript. */
import type * as z from 'zod'
import { descriptionOf, entityKinds } from './entities'
import { ErrorResponse } from './errors'
import { webSocketMessage } from './events'
import { partsOf } from './json-examples'
import { type Converted, type JsonSchema, toJsonSchemas } from './json-schema'
import { SessionManifest } from './manifest'
import { QueueItem } from './queue'
import { DeleteResponse } from './responses'
import { SkillManifest } from './skill'
import { SpawnEvent } from './spawn'
import { SessionEvent, SessionTimelineEvent } from './timeline'

const described = entityKinds.map(descriptionOf)

/** The shapes that the server sends and stores. */
const outputs = (): z.ZodType[] => [
  ...described.map(({ schema }) => schema),
  ...[
    SessionTimelineEvent,
    SessionEvent,
    QueueItem,
    ErrorResponse,
    DeleteResponse,
    webSocketMessage(),
    SpawnEvent,
  ],
  SessionManifest,
]

/** The shapes that the server reads: requests, and files of others. */
const inputs = (): z.ZodType[] => [...described.flatMap(({ bodies }) => bodies), SkillManifest]

/** Every file by its name, the title of its schema in small letters, without `.json`. Each stands alone: what it refers to is in its `$defs`. */
export const jsonSchemaFiles = (): Record<string, JsonSchema> => ({
  ...filesOf(outputs(), 'output'),
  ...filesOf(inputs(), 'input'),
})

const prefix = '#/$defs/'

const filesOf = (schemas: readonly z.ZodType[], side: 'input' | 'output') => {
  const { of, named } = toJsonSchemas(schemas, side, prefix)
  return Object.fromEntries(
    schemas.map((schema) => {
      const title = titleIn(of(schema))
      const name = nameOf(title)
      return [name, fileOf(name, title, named)]
    }),
  )
}

const nameOf = (title: string) =>
  title
    .replace(/(?<=[a-z])[A-Z]/g, '-$&')
    .replace('Web-Socket', 'Websocket')
    .toLowerCase()

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
