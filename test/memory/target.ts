// Runs the server in the test's own process, over the memory driver: in no time, with coverage, and for a debugger.
import { once } from 'node:events'
import { createReference } from '../../functions/openapi/reference'
import type { Log } from '../../functions/services/log'
import { readConfig } from '../../local-dev/server/config'
import { createHttpServer } from '../../local-dev/server/http-server'
import { openServices } from '../../local-dev/server/services'
import { version } from '../../package.json'
import { memoryDriver } from '../../storage/drivers/memory'
import { configurationOf, freePort, makeDirectories, removeDirectories } from '../contract/server'

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
}

/** The same for all servers, and slow to make. */
const { json } = createReference(version, '')

/** Starts an empty server in this process. `env`: configuration on top of what all tests use. */
export const startInProcess = async (env: Record<string, string>) => {
  const directories = makeDirectories()
  const read = readConfig(configurationOf(directories, await freePort(), env), directories.root)
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const services = await openServices(read.config, silent, memoryDriver())
  const { server, closeSockets } = createHttpServer({
    ...services,
    reference: { ...services.reference, json },
  })
  server.listen(read.config.port, read.config.host)
  await once(server, 'listening')
  return {
    ...directories,
    url: `http://127.0.0.1:${read.config.port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      closeSockets('at once')
      server.closeAllConnections()
      await closed
      await services.workspace.close()
      removeDirectories(directories)
    },
  }
}
