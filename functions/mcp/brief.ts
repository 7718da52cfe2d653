/** Entities as agents get them: without what says nothing, and without what is none of theirs. */
import { isObject } from '../../schemas/fields'
import type { CallAnswer } from './call'

/** What costs an agent words and helps it nothing; `env` may hold secrets. */
const leftOut = new Set([
  ...['env', 'events', 'eventsTotal', 'timeline', 'timelineTotal', 'hostname', 'platform', 'lastClaim'],
  ...['createdAt', 'updatedAt', 'startedAt', 'completedAt', 'lastActivity', 'run', 'outlivesSession'],
])

/** In lists the long texts are left out too: a resource has them. */
const longTexts = new Set(['description', 'initialPrompt', 'acceptanceCriteria', 'metadata', 'detail'])

/** An entity without the fields that are left out, or that are empty. */
export const brief = (entity: unknown, without: ReadonlySet<string> = leftOut): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isObject(entity) ? entity : {}).filter(
      ([name, value]) => !without.has(name) && !isNothing(value),
    ),
  )

const isNothing = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

const inList = new Set([...leftOut, ...longTexts])

/** A list as an agent gets it: under its name, and where it goes on, how many are left out and how to get them. */
export const briefList = (
  name: string,
  { body, total, cursor }: CallAnswer,
  show: (entity: unknown) => object = (entity) => brief(entity, inList),
): object => {
  const shown = Array.isArray(body) ? body : []
  const all = total ?? shown.length
  return {
    [name]: shown.map(show),
    ...(cursor !== undefined && {
      leftOut: `${all - shown.length} of ${all} are not shown: call again with this cursor, or ask for fewer`,
      cursor,
    }),
  }
}

/** A text field of an entity. */
export const textIn = (entity: unknown, name: string): string | undefined => {
  const value = isObject(entity) ? entity[name] : undefined
  return typeof value === 'string' ? value : undefined
}

/** A list of texts of an entity. */
export const textsIn = (entity: unknown, name: string): string[] => {
  const value = isObject(entity) ? entity[name] : undefined
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}
