/** What agents can read: tasks, sessions without their `env`, skills. */
import { brief, textIn } from './brief'
import { type Call, ToolError } from './call'
import { uriOf } from './room-resources'

interface ResourceKind {
  /** In an address: `maestro://tasks/{id}`. */
  name: string
  title: string
  operation: string
  /** In whose room its events are, `{room}:{id}`; absent: it has none. */
  room?: string
}

const kinds: readonly ResourceKind[] = [
  { name: 'tasks', title: 'Task', operation: 'tasks.get', room: 'task' },
  { name: 'sessions', title: 'Session', operation: 'sessions.get', room: 'session' },
  { name: 'skills', title: 'Skill', operation: 'skills.get' },
]

const mimeType = 'application/json'

export const resourceTemplates = kinds.map(({ name, title }) => ({
  name,
  title,
  uriTemplate: `maestro://${name}/{id}`,
  mimeType,
}))

/** What is at hand: the session that speaks, its tasks, and the skills. */
export const listResources = async (call: Call, sessionId: string | undefined) => {
  const [tasks, skills] = await Promise.all([
    sessionId === undefined ? [] : entitiesOf(await call('tasks.list', { query: { sessionId, limit: 50 } })),
    call('skills.list', { query: { limit: 100 } }).then(entitiesOf),
  ])
  const session =
    sessionId === undefined
      ? []
      : [{ uri: uriOf('sessions', sessionId), name: sessionId, title: 'Your session', mimeType }]
  return [
    ...session,
    ...tasks.map((task) => resourceOf('tasks', task, textIn(task, 'title'))),
    ...skills.map((skill) => resourceOf('skills', skill, textIn(skill, 'name'))),
  ]
}

const entitiesOf = ({ body }: { body: unknown }): unknown[] => (Array.isArray(body) ? body : [])

const resourceOf = (kind: string, entity: unknown, title: string | undefined) => {
  const name = textIn(entity, 'id') ?? ''
  return { uri: uriOf(kind, name), name, ...(title !== undefined && { title }), mimeType }
}

/** Everything of it but the environment, which may hold secrets. Throws `ToolError`. */
export const readResource = async (
  call: Call,
  uri: string,
): Promise<{ uri: string; mimeType: string; text: string }> => {
  const found = namedBy(uri)
  if (!found)
    throw new ToolError('NOT_FOUND', `There is no resource ${uri.slice(0, 200)}: there are ${templateNames}`)
  const { body } = await call(found.kind.operation, { params: { id: found.id } })
  return { uri, mimeType, text: JSON.stringify(brief(body, new Set(['env']))) }
}

const templateNames = resourceTemplates.map(({ uriTemplate }) => uriTemplate).join(', ')

const namedBy = (uri: string): { kind: ResourceKind; id: string } | undefined => {
  const [, name, id = ''] = /^maestro:\/\/([a-z]+)\/([^/?#]+)$/.exec(uri) ?? []
  const kind = kinds.find((one) => one.name === name)
  try {
    return kind && { kind, id: decodeURIComponent(id) }
  } catch {
    return undefined
  }
}

/** The room in which the changes of a resource are told; undefined for what has none. */
export const roomOf = (uri: string): string | undefined => {
  const found = namedBy(uri)
  return found?.kind.room === undefined ? undefined : `${found.kind.room}:${found.id}`
}
