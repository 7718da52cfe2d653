import type * as z from 'zod'
import type { EventName } from '../../schemas/events'

/** The values by which an entity can be found: one, or one of several. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

/** The value of a field that has none: one list for all entities. */
export const noValues: readonly string[] = Object.freeze([])

/** The same for a list that may be empty: the list of an entity goes with the text that it was parsed from. */
export const orNoValues = (values: readonly string[]): readonly string[] =>
  values.length === 0 ? noValues : values

/** A stored document, before anything is known of it. */
export type StoredDocument = Readonly<Record<string, unknown>>

/** What decides which rooms the events of an entity go to, besides the room of the event itself. */
export interface Subject {
  projectId?: string | undefined
  sessionId?: string | undefined
  taskId?: string | undefined
}

/** One step from a version of stored documents to the next. */
export interface Migration {
  /** The version that it makes, counted in each kind: the first known one is 1. */
  to: number
  /**
   * Whether a document is of the version before: where it could pass for a valid one, or where that is quicker to see
   * than that it is none.
   */
  isNeeded?(document: StoredDocument): boolean
  /** The document in the next version. What is wrong with it stays wrong. */
  migrate(document: StoredDocument): StoredDocument
}

/** Everything that is special about a kind of entities. Its name is that of its folder. */
export interface KindDefinition<T, StateEvent extends EventName = EventName, List extends string = string> {
  schema: z.ZodType<T>
  id(entity: T): string
  /** The folder within the kind's own in which it is stored, where each has one: that of its project, say. */
  partition?(entity: T): string
  /** Lists are in the order of this time, in Unix milliseconds, then of the id. */
  createdAt(entity: T): number
  /** The indexes. */
  fields(entity: T): Fields
  /** Lists that only ever grow: a change reads none of them, and stores what it appends. */
  appendOnly: readonly (List & keyof T)[]
  /** From one version to the next, oldest first. */
  migrations: readonly Migration[]
  /**
   * The keys, or with a `:` at the end what they begin with, of documents that may not outlive the entity: as long as one of
   * them cannot be read, the entity is not deleted, since it would be left behind.
   */
  dependents?(id: string): readonly string[]
  /** The events that carry an entity's state, of what is anybody's news. */
  stateEvents?: { created: StateEvent; updated: StateEvent }
  /** `fieldsOf` makes the values by which it can be found, which most do not need. */
  subject(id: string, fieldsOf: () => Fields): Subject
  /** The data of a state event, as JSON, where that is not the entity itself. */
  eventData?(id: string, json: string): string
}

/** The value of a field that has one at most. */
export const oneOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** The values of a field: one, several, or none. */
export const valuesOf = (value: string | readonly string[] | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : (value ?? noValues)

/** An entity without what is in these lists of it. */
export type WithEmpty<T, List> = { [Field in keyof T]: Field extends List ? [] : T[Field] }

/** Gives the types of a kind: of its entities by the schema, of its state events and append-only lists by their names. */
export const defineKind = <T, const List extends string = never, StateEvent extends EventName = never>(
  definition: KindDefinition<T, StateEvent, List>,
): KindDefinition<T, StateEvent, List> => definition

/** A value that was renamed, in today's words; any other as it is. */
export const currentValueOf = (legacyValues: Readonly<Record<string, string>>, value: unknown): unknown =>
  typeof value === 'string' && Object.hasOwn(legacyValues, value) ? legacyValues[value] : value
