import { apiError, type ErrorCode } from '../../schemas/errors'
import type { Project } from '../../schemas/project'
import type { Task } from '../../schemas/task'
import type { Documents, Where } from '../documents'
import type { Heads, Kind } from '../kinds'
import type { Fields } from '../kinds/kind'
import type { Position } from '../ordered'
import { readOnce } from '../read-once'

/** A session as rules read it: what is in its timeline and its events is not read along. */
export type SessionHead = Heads['sessions']

/** Read access for rules: a transaction, or what is stored. Append-only lists are empty, whatever is in them. */
export interface Reader {
  get<K extends Kind>(kind: K, id: string): Heads[K] | undefined
  list<K extends Kind>(kind: K, where?: Where): Heads[K][]
  count(kind: Kind, where?: Where): number
  /** The values by which an entity can be found: known without reading it, however large it is. */
  fields(kind: Kind, id: string): Fields | undefined
  /** Oldest first, without reading them. */
  ids(kind: Kind, where?: Where): string[]
  /** The oldest that are stored, at most so many, those after a position: without reading them. */
  oldestIds(kind: Kind, limit: number, where?: Where, after?: Position): Position[]
}

/** A reader of what is stored, for one synchronous query. */
export const readerOf = (documents: Documents): Reader => ({
  ...readOnce(documents),
  count: (kind, where) => documents.count(kind, where),
  fields: (kind, id) => documents.get(kind, id)?.fields,
  ids: (kind, where) => documents.list(kind, where).map(({ id }) => id),
  oldestIds: (kind, limit, where, after) =>
    documents.list(kind, where, { limit, after }).map(({ id, created }) => ({ id, created })),
})

/** The project, or 404. */
export const findProject = (reader: Reader, id: string): Project =>
  reader.get('projects', id) ?? missing('PROJECT_NOT_FOUND', 'Project not found', { projectId: id })

/** The task, or 404 with the code that the endpoint's contract names. */
export const findTask = (reader: Reader, id: string, code: ErrorCode = 'TASK_NOT_FOUND'): Task =>
  reader.get('tasks', id) ?? missing(code, 'Task not found', { taskId: id })

/** The session, or 404 with the code that the endpoint's contract names. */
export const findSession = (reader: Reader, id: string, code: ErrorCode = 'SESSION_NOT_FOUND'): SessionHead =>
  reader.get('sessions', id) ?? missing(code, 'Session not found', { sessionId: id })

const missing = (code: ErrorCode, message: string, details: Record<string, string>): never => {
  throw apiError(code, message, details)
}
