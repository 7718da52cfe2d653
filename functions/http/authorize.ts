/** What agents may do: the rights of session tokens. People may do everything. */
import { apiError } from '../../schemas/errors'
import { isObject } from '../../schemas/fields'
import type { Session } from '../../schemas/session'
import type { SessionCaller } from '../../storage/rules/callers'
import { ancestorsOf } from '../../storage/rules/families'
import type { Reader } from '../../storage/rules/find'
import { isLiving, requireLiving } from '../../storage/rules/living'

/**
 * What a session token opens: `read`: anybody's; `person`: nothing; `self`: what is its session's own; `project`: what is in
 * its project; `descendant`: the sessions that an orchestrator had spawned, and those below them.
 */
export type SessionAccess = 'read' | 'person' | 'self' | 'project' | 'descendant'

/** A request, as far as it decides whether a session may make it. */
export interface Attempt {
  definition: { name: string; path: string; summary: string; sessionAccess: SessionAccess }
  params: Readonly<Record<string, unknown>>
  /** As the operation's schema reads it. */
  body: unknown
}

/** Throws `FORBIDDEN` for what a session may not do, `SESSION_ENDED` for what it might have done while it lived. */
export const authorize = (reader: Reader, caller: SessionCaller, attempt: Attempt): void => {
  const deed = forbiddenDeed(reader, caller, attempt)
  if (deed !== undefined) throw forbidden(deed)
  if (attempt.definition.sessionAccess === 'read') return
  const session = reader.get('sessions', caller.sessionId)
  if (session && isLiving(session)) return
  if (!session || !isOpenAfterEnd(session, attempt)) requireLiving(reader, caller.sessionId)
}

/** Refuses before the request is read what no session may do, whatever it says. */
export const authorizeOperation = ({ sessionAccess, summary }: Attempt['definition']): void => {
  if (sessionAccess === 'person') throw forbidden(inWords(summary))
}

export const forbidden = (deed: string) => apiError('FORBIDDEN', `A session may not ${deed}: a person does`)

/** In the middle of a sentence. */
const inWords = (summary: string): string => summary.charAt(0).toLowerCase() + summary.slice(1)

/** What the caller would do and may not, in words; undefined if it may. */
const forbiddenDeed = (reader: Reader, caller: SessionCaller, attempt: Attempt): string | undefined => {
  const { definition, body } = attempt
  const { name, sessionAccess } = definition
  const fields = isObject(body) ? body : {}
  const words = inWords(definition.summary)
  const subject = subjectOf(reader, attempt, fields, caller.projectId)
  // What is not there is the operation's to say.
  if (sessionAccess === 'read' || !subject) return undefined
  if (sessionAccess === 'person') return words
  if (sessionAccess === 'self')
    return subject.sessionId === caller.sessionId
      ? conditions[name]?.({ caller, subject, fields })
      : `${words} other than its own`
  if (subject.projectId !== caller.projectId && !isOwnReport(caller, attempt, subject))
    return `${words} outside its project`
  if (sessionAccess === 'project') return conditions[name]?.({ caller, subject, fields })
  if (caller.role !== 'orchestrator') return words
  const isDescendant =
    subject.sessionId !== undefined && ancestorsOf(reader, subject.sessionId).includes(caller.sessionId)
  return isDescendant ? undefined : `${words} that it has not spawned`
}

/** Whether a session reports on a task that it works on: it may be one of another project. */
const isOwnReport = ({ sessionId }: SessionCaller, { definition, body }: Attempt, { sessionIds }: Subject) =>
  sessionIds?.includes(sessionId) === true &&
  (definition.name === 'tasks.addTimeline' ||
    definition.name === 'tasks.release' ||
    (definition.name === 'tasks.update' && isObject(body) && body.updateSource === 'session'))

/** Whose something is, and where. */
interface Subject {
  sessionId?: string | undefined
  projectId?: string | undefined
  /** Of a task: the sessions that work on it. */
  sessionIds?: readonly string[] | undefined
}

/** What the paths of operations begin with, and the kind of what their `:id` names. */
const kindsByPath = [
  ['/api/sessions/:id', 'sessions'],
  ['/api/tasks/:id', 'tasks'],
  ['/api/requests/:id', 'requests'],
  ['/api/messages/:id', 'messages'],
] as const

/** What a request is about; undefined if it is not there. What has no id of its own is of the project in the body. */
const subjectOf = (
  reader: Reader,
  { definition, params }: Attempt,
  { projectId }: Record<string, unknown>,
  own: string,
): Subject | undefined => {
  const [, kind] = kindsByPath.find(([beginning]) => definition.path.startsWith(beginning)) ?? []
  // What names no project is about the session's own.
  if (definition.name === 'tasks.claimNext') return { projectId: textOf(projectId) ?? own }
  if (!kind) return { projectId: textOf(projectId) }
  const id = String(params.id)
  const found = reader.fields(kind, id)
  return (
    found && {
      sessionId: kind === 'sessions' ? id : textOf(found.sessionId),
      projectId: textOf(found.projectId),
      sessionIds: Array.isArray(found.sessionIds) ? found.sessionIds : undefined,
    }
  )
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

interface Case {
  caller: SessionCaller
  subject: Subject
  fields: Readonly<Record<string, unknown>>
}

/** A deed that a session does in its own name only. */
const asItself =
  (deed: string) =>
  ({ caller, fields }: Case): string | undefined =>
    fields.sessionId === undefined || fields.sessionId === caller.sessionId
      ? undefined
      : `${deed} for another session`

/** What else must be so, by the operation's name: the deed that is forbidden, or undefined. */
const conditions: Readonly<Record<string, ((found: Case) => string | undefined) | undefined>> = {
  'sessions.update': ({ fields }) => {
    const others = namesIn(fields).filter((name) => !ownFields.has(name))
    if (others.length > 0) return `change ${others.join(', ')} of itself`
    const { status } = fields
    return status === undefined || status === 'working' || status === 'idle'
      ? undefined
      : `set its status to ${status}`
  },
  'tasks.update': ({ caller, subject, fields }) => {
    if (caller.role === 'orchestrator') return undefined
    if (fields.updateSource !== 'session') return 'change a task otherwise than by updateSource "session"'
    return subject.sessionIds?.includes(caller.sessionId) ? undefined : 'report on a task that is not its own'
  },
  'tasks.addTimeline': ({ caller, fields }) =>
    fields.sessionId === caller.sessionId ? undefined : 'write into the timeline of another session',
  'tasks.claim': asItself('claim a task'),
  'tasks.claimNext': asItself('claim a task'),
  'tasks.release': (found) =>
    found.fields.force === true ? 'take a task away from a session' : asItself('give a task back')(found),
  'sessions.spawn': ({ caller, fields }) => {
    if (caller.role !== 'orchestrator') return 'spawn a session unless it is an orchestrator'
    return fields.sessionId === undefined || fields.sessionId === caller.sessionId
      ? undefined
      : 'spawn a session below another one'
  },
}

/** What a session may change of itself. */
const ownFields: ReadonlySet<string> = new Set([
  ...['status', 'agentId', 'needsInput', 'usage', 'events', 'timeline'],
])

const namesIn = (fields: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(fields).filter((name) => fields[name] !== undefined)

/** What a report that comes late may be. */
const lateReports: ReadonlySet<string> = new Set([
  ...['sessions.end', 'sessions.addTimeline', 'sessions.addEvent', 'tasks.addTimeline'],
  ...['queue.complete', 'queue.fail', 'queue.skip'],
])

/** Whether a session that has ended may still do something: report late, or go on where it was only lost. */
const isOpenAfterEnd = (session: Session, { definition: { name }, body }: Attempt): boolean => {
  if (lateReports.has(name)) return true
  const fields = isObject(body) ? body : {}
  if (name === 'tasks.update') return fields.updateSource === 'session'
  if (name !== 'sessions.update') return false
  if (fields.status !== undefined) return wasLost(session)
  return namesIn(fields).every((field) => field === 'events' || field === 'timeline')
}

/** Its machine slept, or was out of reach. */
const wasLost = ({ status, endReason }: Session): boolean =>
  status === 'failed' && endReason?.startsWith('lost: ') === true
