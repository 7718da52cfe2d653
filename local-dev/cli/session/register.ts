import {
  type Client,
  type CreateSessionRequest,
  MaestroError,
  type Session,
} from '../../../functions/client/client'
import { CreateSessionRequest as Request } from '../../../schemas/session'
import { undefinedIfNotFound } from '../../lib/not-found'
import { defineCommand } from '../command'
import { fieldsFrom, flagsOf, repeatableOf, requestOf } from '../fields'
import { resolveProject, unresolvedProject } from '../project/resolve'
import { sessionLine } from './format'

const fields = ['id', 'projectId', 'taskIds', 'name', 'agentId', 'strategy']

export const command = defineCommand({
  about: 'Mark this session as working, and create it if it does not exist; with an id, idempotent',
  example: "maestro session register --name 'By hand' --task-ids task_1",
  args: flagsOf(Request.out.shape, fields),
  repeatable: repeatableOf(fields),
  async run(context) {
    const { client, values, environment } = context
    const id = values('id')[0] ?? environment.sessionId
    const known = id === undefined ? undefined : await setWorking(client, id)
    if (known) return { json: known, text: sessionLine('Registered', known) }
    const body = requestOf(Request, {
      taskIds: [],
      projectId: unresolvedProject,
      ...fieldsFrom(values, Request.out.shape, fields),
      id,
      status: 'working',
    })
    // The session of the environment does not exist yet, so it has no project.
    const outside = { ...context, environment: { ...environment, sessionId: undefined } }
    const projectId = await resolveProject(outside, values('project-id')[0])
    const session = await create(client, { ...body, projectId })
    return { json: session, text: sessionLine('Registered', session) }
  },
})

/** The session, now `working`; undefined if it does not exist. */
const setWorking = (client: Client, id: string): Promise<Session | undefined> =>
  undefinedIfNotFound(client.sessions.update(id, { status: 'working' }))

/** Creates the session, or updates it if another caller has just created it. */
const create = async (client: Client, body: CreateSessionRequest): Promise<Session> => {
  try {
    return await client.sessions.create(body)
  } catch (error) {
    if (!(error instanceof MaestroError) || error.code !== 'CONFLICT' || body.id === undefined) throw error
    return client.sessions.update(body.id, { status: 'working' })
  }
}
