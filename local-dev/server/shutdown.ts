import type { AppServices } from '../../functions/services/app-services'
import type { HttpServer } from './http-server'

const shutdownTimeoutMs = 5000
/** After this time, WebSockets and streams that the client has not closed are terminated. */
const closeGraceMs = 1000

/**
 * On SIGINT or SIGTERM: no new requests, running ones finish, sockets are closed, the store is flushed, exit 0, or with
 * what was set as exit code: a runner in this process may have failed.
 * After five seconds, or on a second signal: exit 1, and what was acknowledged is safe in the journal.
 */
export const stopOnSignals = (
  services: AppServices,
  { server, closeSockets, closeIdleConnections }: HttpServer,
): void => {
  const { log, workspace } = services
  let stopping = false

  const stop = async (signal: string) => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ signal }, 'Stopping')
    setTimeout(() => {
      log.error(`Stopping took longer than ${shutdownTimeoutMs / 1000} s; exiting without waiting`)
      process.exit(1)
    }, shutdownTimeoutMs).unref()

    const closed = new Promise((resolve) => server.close(resolve))
    closeSockets('politely')
    setTimeout(() => closeSockets('at once'), closeGraceMs).unref()
    closeIdleConnections()
    setInterval(closeIdleConnections, 50).unref()
    await closed
    await workspace.close()
    log.info('Stopped')
    process.exit()
  }

  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      stop(signal).catch((error) => {
        log.error({ err: error }, 'Stopping failed')
        process.exit(1)
      })
    })

  const fail = (error: unknown) => {
    log.error({ err: error }, 'Unexpected error; exiting')
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
}
