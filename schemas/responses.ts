import * as z from 'zod'
import { byEntityKind, descriptionOf, type EntityKind } from './entities'
import { count } from './fields'
import { LeftOutSkill } from './skill'

export const DeleteResponse = z
  .object({
    success: z.literal(true).meta({ description: 'Always true', examples: [true] }),
    id: z.string().meta({
      description: 'Id of what was deleted, or changed',
      examples: ['task_1738713700000_p9q2r5t8w'],
    }),
  })
  .meta({
    title: 'DeleteResponse',
    description: 'What was deleted; with Prefer: return=minimal, what was changed',
  })

type Count = ReturnType<typeof count>

const StorageStatus = z.object({
  driver: z.string().meta({ description: 'Name of the storage driver', examples: ['files'] }),
  entities: z
    .object(byEntityKind<Record<EntityKind, Count>>((kind) => count(...descriptionOf(kind).counted)))
    .meta({ description: 'How many entities are stored, by kind' }),
  quarantined: z
    .array(
      z.object({
        file: z.string().meta({
          description: 'Its present name',
          examples: ['tasks/proj_1/task_1.json.corrupt-1738713700000'],
        }),
        reason: z.string().meta({ description: 'What is wrong with it', examples: ['It is not JSON'] }),
      }),
    )
    .meta({ description: 'Files that could not be read, and were moved aside', examples: [[]] }),
  problems: z
    .array(
      z.object({
        file: z.string().meta({ description: 'Its name', examples: ['tasks/proj_1/task_1.json'] }),
        reason: z.string().meta({
          description: 'What is the matter with it',
          examples: ['It cannot be read: EACCES: permission denied'],
        }),
      }),
    )
    .optional()
    .meta({
      description:
        'Files that are left where they are: those that cannot be written or read now, and copies of other programs',
      examples: [[]],
    }),
  freeBytes: z
    .number()
    .nullable()
    .meta({ description: 'Room left on the disk; null where that is not known', examples: [52_000_000_000] }),
  follower: z
    .object({
      keys: count('Keys that are out of date there', 0),
      milliseconds: count('For how long the oldest of them has been', 0),
      problem: z
        .string()
        .optional()
        .meta({ description: 'Why copying fails at present', examples: ['KV PUT failed: 429'] }),
    })
    .optional()
    .meta({ description: 'Hosted: how far the copy in Workers KV is behind' }),
})

export const Health = z
  .object({
    status: z
      .literal('ok')
      .meta({ description: 'Always ok: a server that cannot store changes answers 503', examples: ['ok'] }),
    timestamp: z.int().meta({ description: 'Now, Unix milliseconds', examples: [1738713700000] }),
    uptime: z.number().meta({ description: 'Seconds since the server began to serve', examples: [12.5] }),
    version: z
      .string()
      .optional()
      .meta({ description: 'Version of the server', examples: ['0.1.0'] }),
    storage: StorageStatus.optional().meta({
      description: 'State of the storage: what is stored, and what could not be read',
    }),
    clients: z
      .int()
      .optional()
      .meta({ description: 'Connected clients', examples: [2] }),
    lastEventId: z
      .int()
      .optional()
      .meta({ description: 'Number of the last event', examples: [3310] }),
    skills: z
      .array(LeftOutSkill)
      .optional()
      .meta({ description: 'Skills that are left out, and why', examples: [[]] }),
  })
  .meta({ title: 'Health', description: 'Health of the server; with verbose=1, in detail' })

export const WebSocketStatus = z
  .object({
    connectedClients: z.int().meta({ description: 'Connected WebSocket clients', examples: [1] }),
    clients: z
      .array(
        z.object({
          readyState: z.int().meta({ description: 'As browsers number it', examples: [1] }),
          readyStateText: z.string().meta({ description: 'The same as a word', examples: ['OPEN'] }),
        }),
      )
      .meta({ description: 'State of each client' }),
  })
  .meta({ title: 'WebSocketStatus', description: 'The connected clients' })

export const OpenApi = z
  .looseObject({
    openapi: z.string().meta({ description: 'Version of OpenAPI', examples: ['3.1.0'] }),
    info: z
      .looseObject({})
      .meta({ description: 'What it describes', examples: [{ title: 'Maestro Server' }] }),
    paths: z.looseObject({}).meta({ description: 'The endpoints', examples: [{}] }),
    webhooks: z.looseObject({}).meta({ description: 'The events', examples: [{}] }),
    components: z.looseObject({}).meta({ description: 'The schemas', examples: [{}] }),
  })
  .meta({ title: 'OpenApi', description: 'An OpenAPI 3.1 document' })

export const SessionToken = z
  .object({
    token: z.string().meta({
      description: 'For Authorization: Bearer, in place of the API token',
      examples: [
        'mst_sess_1738713800000_m4n5o6p7q_1738713800000_3q2Yh8nT0cVwXzB1LkJmQ5rS7uP9dF4gA6eHiKoNtRs',
      ],
    }),
  })
  .meta({ title: 'SessionToken', description: 'By which a session’s agent calls' })

export const HomePage = z.string().meta({ description: 'A page that leads to the reference' })

export const ReferencePage = z.string().meta({ description: 'A page that loads nothing else' })

export const Output = z.string().meta({ description: 'What the agent has printed, byte by byte' })

export const EventStream = z.string().meta({
  description: 'Server-sent events: the name of the event, its number, and as data the envelope',
  examples: ['event: task:deleted\nid: 3310\ndata: {"type":"task:deleted", …}\n\n'],
})

export type OpenApi = z.infer<typeof OpenApi>
export type DeleteResponse = z.infer<typeof DeleteResponse>
export type Health = z.infer<typeof Health>
export type WebSocketStatus = z.infer<typeof WebSocketStatus>
export type SessionToken = z.infer<typeof SessionToken>
