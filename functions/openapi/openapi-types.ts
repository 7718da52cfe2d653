/** The parts of OpenAPI 3.1 that our document uses. */
import type { JsonSchema } from '../../schemas/json-schema'

export interface OpenApiDocument {
  openapi: string
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  security: Record<string, string[]>[]
  tags: { name: string }[]
  /** By path, then by method in lower case. */
  paths: Record<string, Record<string, Operation>>
  /** The events, by name. */
  webhooks: Record<string, { post: Webhook }>
  components: {
    schemas: Record<string, JsonSchema>
    headers: Record<string, Header>
    /** One for each error code. */
    examples: Record<string, Example>
    securitySchemes: Record<string, { type: string; scheme: string; description: string }>
  }
}

export interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  parameters: Parameter[]
  requestBody?: RequestBody
  /** By status. */
  responses: Record<string, Answer>
  /** The events that it sends. */
  'x-events'?: readonly string[]
}

interface Webhook {
  summary: string
  description: string
  tags: string[]
  requestBody: RequestBody
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description: string
  schema: JsonSchema
}

interface RequestBody {
  required: boolean
  content: Content
}

export interface Answer {
  description: string
  headers: Record<string, Ref>
  content?: Content
}

/** By content type. */
type Content = Record<string, { schema: JsonSchema; example?: unknown; examples?: Record<string, Ref> }>

export interface Ref {
  $ref: string
}

interface Header {
  description: string
  required?: boolean
  schema: JsonSchema
}

interface Example {
  summary: string
  value: unknown
}

/** The reference, as programs and as people read it. */
export interface Reference {
  /** The document as JSON. */
  json(): string
  /** A page that needs nothing but itself, and the `Content-Security-Policy` under which it works. */
  page(): Promise<{ html: string; policy: string }>
}
