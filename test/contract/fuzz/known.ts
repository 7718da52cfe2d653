// What the answers told: by kind the ids of what exists, and of what is gone; cursors and tags of versions.
import type { JsonSchema } from '../../../schemas/json-schema'
import type { Described } from './requests'
import { isSchema, kindIn, referredBy } from './values'

export interface Known {
  add(kind: string, value: string | null): void
  learn(operation: Described, path: string, body: unknown): void
  /** One of the newest of a kind. */
  get(kind: string, place: number): string
  /** The newest of a kind, the newest last. */
  all(kind: string): readonly string[]
}

export const createKnown = (schemas: Record<string, JsonSchema>): Known => {
  const byKind = new Map<string, string[]>()
  const without = (kind: string, value: string) => (byKind.get(kind) ?? []).filter((other) => other !== value)
  const add = (kind: string, value: string | null) => {
    if (value !== null) byKind.set(kind, [...without(kind, value), value].slice(-30))
  }
  /** What kind an id in an answer is of says the schema: some are chosen by who sent it. */
  const learnFrom = (schema: JsonSchema, value: unknown) => {
    const { items, properties = {} } = referredBy(schema, schemas) ?? schema
    if (Array.isArray(value)) for (const each of value) learnFrom(asSchema(items), each)
    if (typeof value !== 'object' || value === null) return
    if ('session' in value) learnFrom(asSchema(properties.session), value.session)
    const kind = kindIn(asSchema(properties.id))
    if (kind && 'id' in value && typeof value.id === 'string') add(kind, value.id)
  }
  return {
    add,
    learn({ method, parameters, answerSchema }, path, body) {
      const [, last = ''] = /([^/?]*)(?:\?.*)?$/.exec(path) ?? []
      if (method !== 'DELETE' || !isAnswerOf(body, last)) return learnFrom(answerSchema, body)
      const kind = kindIn(parameters.find((each) => each.in === 'path')?.schema ?? {}) ?? ''
      byKind.set(kind, without(kind, last))
      add('gone', last)
    },
    get(kind, place) {
      const values = byKind.get(kind) ?? []
      return values.at(-1 - (place % values.length)) ?? 'nothing'
    },
    all: (kind) => byKind.get(kind) ?? [],
  }
}

const isAnswerOf = (body: unknown, id: string) =>
  typeof body === 'object' && body !== null && 'id' in body && body.id === id

const asSchema = (part: unknown): JsonSchema => (isSchema(part) ? part : {})
