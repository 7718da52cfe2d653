import {
  type Client,
  type CreateSessionRequest,
  MaestroError,
  type Session,
} from '../../../functions/client/client'
import { CreateSessionRequest as Request } from '../../../schemas/session'
import { defineCommand } from '../command'
import { fieldsFrom, flagsOf, repeatableOf, requestOf } from '../fields'
import { projectChosen } from '../project/chosen'
import { sessionLine } from './look'

const fields = ['id', 'projectId', 'taskIds', 'name', 'agentId', 'strategy']

export const command = defineCommand({
  about: 'Say that this session works: it is created if there is none, under its own id if it has one',
  example: "maestro session register --name 'By hand' --task-ids task_1",
  args: flagsOf(Request.out.shape, fields),
  repeatable: repeatableOf(fields),
  async run(call) {
    const { client, values, environment } = call
    const id = values('id')[0] ?? environment.sessionId
    const known = id === undefined ? undefined : await setWorking(client, id)
    if (known) return { json: known, text: sessionLine('Registered', known) }
    const body = requestOf(Request, {
      taskIds: [],
      projectId: 'to be found',
      ...fieldsFrom(values, fields),
      id,
      status: 'working',
    })
    // The environment's session is not there yet, so it cannot say of which project it is.
    const outside = { client, environment: { ...environment, sessionId: undefined } }
    const projectId = await projectChosen(outside, values('project-id')[0])
    const session = await create(client, { ...body, projectId })
    return { json: session, text: sessionLine('Registered', session) }
  },
})

/** The session, which now works; undefined if there is none. */
const setWorking = async (client: Client, id: string): Promise<Session | undefined> => {
  try {
    return await client.sessions.update(id, { status: 'working' })
  } catch (error) {
    if (error instanceof MaestroError && error.status === 404) return undefined
    throw error
  }
}

/** Somebody else may create it at the same time. */
const create = async (client: Client, body: CreateSessionRequest): Promise<Session> => {
  try {
    return await client.sessions.create(body)
  } catch (error) {
    if (!(error instanceof MaestroError) || error.code !== 'CONFLICT' || body.id === undefined) throw error
    return client.sessions.update(body.id, { status: 'working' })
  }
}
