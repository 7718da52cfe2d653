/** Ids as people write them: of an id, its beginning is enough where no other has it. */
import type { ArgsDef } from 'citty'
import type { Client } from '../../functions/client/client'
import { isNotFound } from '../lib/not-found'
import { listOf, type ParsedArguments } from './arguments'
import { UsageError } from './exit'
import { sentence } from './format'

export type IdKind = 'project' | 'task' | 'session' | 'template' | 'skill' | 'request'

/** Of what an argument is the id; `room`: it names a room, and so the thing that has it; `exact`: it is taken as it is. */
export type IdArguments = Readonly<Record<string, IdKind | 'room' | 'exact'>>

/** The flags that have one meaning everywhere. A project may also be named, which `project/resolve.ts` sees to. */
const idFlags: IdArguments = {
  task: 'task',
  'task-id': 'task',
  'task-ids': 'task',
  'parent-id': 'task',
  under: 'task',
  dependencies: 'task',
  'session-id': 'session',
  'session-ids': 'session',
  'template-id': 'template',
  skills: 'skill',
  'skill-ids': 'skill',
  room: 'room',
}

interface Named {
  id: string
  /** What a person knows it by: one of the two. */
  name?: string
  title?: string
}

interface Source {
  get(client: Client, id: string): Promise<unknown>
  /** Each list is looked at only if there is none in the one before. */
  lists: readonly ((client: Client) => Promise<readonly Named[]>)[]
}

const sources: Readonly<Record<IdKind, Source>> = {
  project: {
    get: (client, id) => client.projects.get(id),
    lists: [(client) => client.projects.list()],
  },
  task: {
    get: (client, id) => client.tasks.get(id),
    lists: [(client) => client.tasks.list()],
  },
  session: {
    get: (client, id) => client.sessions.get(id),
    lists: [(client) => client.sessions.list()],
  },
  template: {
    get: (client, id) => client.templates.get(id),
    lists: [(client) => client.templates.list()],
  },
  skill: {
    get: (client, id) => client.skills.get(id),
    lists: [(client) => client.skills.list()],
  },
  request: {
    get: (client, id) => client.requests.get(id),
    // What still waits is meant, if anything does.
    lists: [(client) => client.inbox.list(), (client) => client.inbox.list({ state: 'all' })],
  },
}

interface Completion {
  args: ArgsDef
  ids: IdArguments | undefined
  client(): Client
  /** Tells a person what takes long. */
  note(line: string): void
}

/** Whoever waits for longer is told what for. */
const patientMs = 1000

/**
 * The arguments with every id whole. What begins no id stays as it is: the server says that there is none. Throws
 * `UsageError` where several begin so.
 */
export const completeIds = async (
  given: ParsedArguments,
  { args, ids = {}, client, note }: Completion,
): Promise<ParsedArguments> => {
  const kindOf = (name: string): IdKind | 'room' | undefined => {
    const kind = ids[name] ?? (args[name]?.type === 'positional' ? undefined : idFlags[name])
    return kind === 'exact' ? undefined : kind
  }
  const complete = async (kind: IdKind | 'room', text: string): Promise<string> => {
    if (kind === 'room') return completeRoom(complete, text)
    const told = setTimeout(() => note(sentence(`looking for the ${kind} "${text}"`)), patientMs)
    return completeId(client(), kind, text).finally(() => clearTimeout(told))
  }
  const flags = new Map<string, readonly string[]>()
  for (const [name, values] of given.flags) {
    const kind = kindOf(name)
    const completed = async (value: string) =>
      kind ? completeList((part) => complete(kind, part), value) : value
    flags.set(name, await inTurn(values, completed))
  }
  const names = Object.keys(args).filter((name) => args[name]?.type === 'positional')
  const positionals = await inTurn(given.positionals, async (value, index) => {
    const kind = kindOf(names[index] ?? '')
    return kind ? complete(kind, value) : value
  })
  return { flags, positionals }
}

const inTurn = async (
  values: readonly string[],
  complete: (value: string, index: number) => Promise<string>,
): Promise<string[]> => {
  const completed: string[] = []
  for (const [index, value] of values.entries()) completed.push(await complete(value, index))
  return completed
}

/** Those of one thing are `project:ID`, `session:ID` and `task:ID`; which others there are, the server says. */
const completeRoom = async (
  complete: (kind: IdKind, id: string) => Promise<string>,
  room: string,
): Promise<string> => {
  const [kind, id] = [room.slice(0, room.indexOf(':')), room.slice(room.indexOf(':') + 1)]
  if (kind !== 'project' && kind !== 'session' && kind !== 'task') return room
  return `${kind}:${await complete(kind, id)}`
}

/** Flags may hold several; a blank one and `null` say something else. */
const completeList = async (complete: (part: string) => Promise<string>, value: string): Promise<string> => {
  if (value === 'null') return value
  const parts = listOf([value])
  return parts.length === 0 ? value : (await inTurn(parts, complete)).join(',')
}

/** As the server makes ids: it is whole. */
const wholeId = /^(proj|task|sess|tmpl|req|msg)_\d{13}_[0-9a-z]{9}$/

/** How many ids an error lists. */
const maxListed = 10

/** The id that this is, or the only one that begins so; else the text as it was. */
const completeId = async (client: Client, kind: IdKind, text: string): Promise<string> => {
  if (text.trim() === '' || wholeId.test(text)) return text
  const source = sources[kind]
  if (await exists(source.get(client, text))) return text
  for (const list of source.lists) {
    const id = idBeginningWith(kind, await list(client), text)
    if (id !== undefined) return id
  }
  return text
}

/** The only one of these whose id begins so; undefined if none does. Throws `UsageError` if several do. */
export const idBeginningWith = (kind: IdKind, all: readonly Named[], text: string): string | undefined => {
  const found = text.trim() === '' ? [] : beginningWith(all, text)
  if (found.length > 1) throw new UsageError(ambiguous(kind, text, found))
  return found[0]?.id
}

const exists = async (answer: Promise<unknown>): Promise<boolean> => {
  try {
    await answer
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

/**
 * Those whose id begins so. Ids begin with the time at which they were made, and differ in their last part: if none
 * begins so, at least four characters of that part are enough.
 */
const beginningWith = (all: readonly Named[], text: string): readonly Named[] => {
  const found = all.filter(({ id }) => id.startsWith(text))
  if (found.length > 0 || text.length < 4) return found
  return all.filter(({ id }) => wholeId.test(id) && id.slice(id.lastIndexOf('_') + 1).startsWith(text))
}

const ambiguous = (kind: IdKind, text: string, found: readonly Named[]): string => {
  const listed = found
    .slice(0, maxListed)
    .map(({ id, title, name = title }) => (name ? `${id} (${shortened(name)})` : id))
  const rest = found.length > maxListed ? [`${found.length - maxListed} more`] : []
  return sentence(
    `"${text}" begins the ids of ${found.length} ${kind}s, write more of the one: ${[...listed, ...rest].join(', ')}`,
  )
}

const shortened = (label: string) => (label.length > 40 ? `${label.slice(0, 39)}…` : label)
