import { byEntityKind, type EntityKind, isEntityKind } from '../schemas/entities'
import type { EventName } from '../schemas/events'
import { answers } from './kinds/answer'
import { beats } from './kinds/beat'
import type { KindDefinition, WithEmpty } from './kinds/kind'
import { messages } from './kinds/message'
import { projects } from './kinds/project'
import { queues } from './kinds/queue'
import { requests } from './kinds/request'
import { retired } from './kinds/retired'
import { sessions } from './kinds/session'
import { tasks } from './kinds/task'
import { templates } from './kinds/template'

/** What the server keeps for itself: in folders that begin with a dot, neither exported nor copied. */
const internals = { answers, beats, retired }
const definitions = {
  ...({ projects, tasks, sessions, queues, templates, requests, messages } satisfies Record<
    EntityKind,
    unknown
  >),
  ...internals,
}

/** Every kind that is stored: the entities, and what the server keeps for itself. */
export type Kind = keyof typeof definitions

type EntityOf<Definition> = Definition extends { schema: { _zod: { output: infer Entity } } } ? Entity : never
type ListIn<Definition> = Definition extends { appendOnly: readonly (infer List)[] } ? List & string : never
type EventOf<Definition> = Definition extends { stateEvents?: { created: infer Name } } ? Name : never

/** The kinds of entities, by the name of their folder. */
export type Entities = { [K in Kind]: EntityOf<(typeof definitions)[K]> }

/** The append-only lists of a kind. */
export type ListOf<K extends Kind> = ListIn<(typeof definitions)[K]>
/** The kinds of entities as changes read them: their append-only lists are empty, whatever is in them. */
export type Heads = { [K in Kind]: WithEmpty<Entities[K], ListOf<K>> }
/** What is in a list of an entity. */
export type ItemOf<K extends Kind, List extends ListOf<K>> = Entities[K][List &
  keyof Entities[K]] extends (infer Item)[]
  ? Item
  : never

/** The events that carry the state of an entity of a kind. */
export type StateEventOf<K extends Kind> = Extract<EventOf<(typeof definitions)[K]>, EventName>

export const kinds: { readonly [K in Kind]: KindDefinition<Entities[K], StateEventOf<K>, ListOf<K>> } =
  definitions

const isKind = (name: string): name is Kind => Object.hasOwn(definitions, name)

export const storedKinds: readonly Kind[] = Object.keys(definitions).filter(isKind)

/** The kind of what is stored under a key, if it is one of ours. */
export const kindOfKey = (key: string): Kind | undefined => {
  const kind = key.slice(0, key.indexOf(':'))
  return isKind(kind) ? kind : undefined
}

/** The kind of an entity that is stored under a key, if it is one. */
export const entityKindOfKey = (key: string): EntityKind | undefined => {
  const kind = kindOfKey(key)
  return kind !== undefined && isEntityKind(kind) ? kind : undefined
}

/** Where an entity is stored: an unstorage key, `:` between the folders. */
export const keyOf = <K extends Kind>(kind: K, entity: Entities[K]): string => {
  const { partition, id } = kinds[kind]
  return partition ? `${kind}:${partition(entity)}:${id(entity)}` : `${kind}:${id(entity)}`
}

/** Something for each kind. */
export const byKind = <Values extends Readonly<Record<Kind, unknown>>>(
  make: <K extends Kind>(kind: K) => Values[K],
): { [K in Kind]: Values[K] } => ({
  ...byEntityKind<Values>(make),
  answers: make('answers'),
  beats: make('beats'),
  retired: make('retired'),
})
