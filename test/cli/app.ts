/** A server in this process with one project, and `maestro` that calls it. */
import { createClient } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

interface Options {
  /** What `maestro` finds in its environment besides the server's address. */
  env?: Record<string, string>
  workingDir?: string
}

/** Whoever starts it calls `server.stop()`. */
export const startApp = async ({ env = {}, workingDir }: Options = {}) => {
  const server = await startInProcess({})
  const client = createClient({ url: server.url })
  const maestro = maestroInProcess({ ...env, MAESTRO_SERVER_URL: server.url })
  const project = await client.projects.create({
    name: 'app',
    ...(workingDir !== undefined && { workingDir }),
  })
  return { server, client, maestro, project }
}
