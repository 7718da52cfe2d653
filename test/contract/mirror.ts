// What a client knows of the store that never asks, and only believes the events it hears.
import { isDeepStrictEqual } from 'node:util'
import type { Everything } from './consistency'
import type { Message } from './socket'

/** Parts of what is stored, by kind and id: as an events' listener has it, or as it is read. */
type Picture = Record<(typeof kinds)[number], Record<string, unknown>>

const kinds = ['projects', 'tasks', 'sessions', 'templates', 'queues'] as const

type Entity = Record<string, unknown> & { id: string }

/** What the events add up to, in the order in which they came. Throws when one tells of what there is not. */
export const pictureOfEvents = (messages: readonly Message[]): Picture => {
  const known: Record<string, Map<string, Entity>> = {}
  const of = (kind: string) => (known[kind] ??= new Map())
  const relate = (kind: string, id: unknown, list: string, other: unknown, isAdded: boolean) => {
    const entity = of(kind).get(String(id))
    if (!entity) return
    const others = (Array.isArray(entity[list]) ? entity[list] : []).filter((each) => each !== other)
    entity[list] = isAdded ? [...others, other] : others
  }
  for (const { type, data } of messages) {
    if (!isObject(data)) continue
    const [kind = '', what = ''] = type.split(':')
    if (kind === 'queue') {
      if (isObject(data.queue))
        of('queue').set(String(data.sessionId), { ...data.queue, id: String(data.sessionId) })
    } else if (what === 'created' || what === 'updated') of(kind).set(String(data.id), entityOf(data))
    else if (what === 'spawn' && isObject(data.session))
      of(kind).set(String(data.session.id), entityOf(data.session))
    else if (what === 'deleted') {
      if (!of(kind).delete(String(data.id)))
        throw new Error(`${type} of ${data.id}, which nobody was told of`)
      if (kind === 'session') of('queue').delete(String(data.id))
    } else if (kind === 'task')
      relate('task', data.taskId, 'sessionIds', data.sessionId, what === 'session_added')
    else relate('session', data.sessionId, 'taskIds', data.taskId, what === 'task_added')
  }
  const all = (kind: string) => [...of(kind).values()]
  return {
    projects: byId(all('project'), []),
    tasks: byId(all('task'), toldOtherwise),
    sessions: byId(all('session'), toldOtherwise),
    templates: byId(all('template'), []),
    queues: byId(all('queue'), ['id']),
  }
}

/** The same of what was read. */
export const pictureOf = ({ projects, tasks, sessions, templates, queues }: Everything): Picture => ({
  projects: byId(projects, []),
  tasks: byId(tasks, toldOtherwise),
  sessions: byId(sessions, toldOtherwise),
  templates: byId(templates, []),
  queues: Object.fromEntries(Object.entries(queues)),
})

/** Where two pictures differ: what is there and what should be. */
export const differences = (picture: Picture, right: Picture): string[] =>
  kinds.flatMap((kind) => {
    const ids = new Set([...Object.keys(picture[kind]), ...Object.keys(right[kind])])
    return [...ids]
      .filter((id) => !isDeepStrictEqual(picture[kind][id], right[kind][id]))
      .map((id) => `${JSON.stringify(picture[kind][id])} should be ${JSON.stringify(right[kind][id])}`)
  })

/** The two events of a relation tell only that it is there: not what else of the two entities that changes. */
const toldOtherwise = ['updatedAt', 'lastActivity', 'timeline']

const entityOf = (data: Record<string, unknown>): Entity => ({ ...data, id: String(data.id) })

const byId = (entities: readonly { id: string }[], leftOut: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    entities.map((entity) => [
      entity.id,
      Object.fromEntries(
        Object.entries(entity)
          .filter(([field]) => !leftOut.includes(field))
          .map(([field, value]) => [
            field,
            field.endsWith('Ids') && Array.isArray(value) ? [...value].sort() : value,
          ]),
      ),
    ]),
  )

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
