#!/usr/bin/env node
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppServices } from '../../functions/services/app-services'
import type { Log } from '../../functions/services/log'
import type { Config } from '../../schemas/config'
import { countByKind } from '../../storage/documents'
import { DirectoryLockedError } from '../../storage/drivers/files/lock'
import { homeFolder } from '../lib/home'
import { readConfig } from './config'
import { createHttpServer, type HttpServer } from './http-server'
import { collectWhenIdle } from './idle-collection'
import { listen } from './listen'
import { createLog } from './log'
import { openToOthers } from './open-to-others'
import { answerTo } from './server-words'
import { openServices } from './services'
import { stopOnSignals } from './shutdown'

/** Says what stands in the way, one line each, and ends. */
const exitWith = (...lines: string[]): never => {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  process.exit(1)
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** A lock of another container may be that of a server which has just been killed: that shows within seconds. */
const openWithLeaseWait = async (config: Config, log: Log): Promise<AppServices> => {
  try {
    return await openServices(config, log)
  } catch (error) {
    if (!(error instanceof DirectoryLockedError) || error.retryInMs === undefined) throw error
    log.warn(
      { seconds: Math.ceil(error.retryInMs / 1000) },
      'The data directory is locked elsewhere; waiting',
    )
    await sleep(error.retryInMs)
    return openServices(config, log)
  }
}

const logStarted = async (config: Config, host: AppServices, { server }: HttpServer) => {
  const { projects, tasks, sessions } = await host.workspace.read(countByKind)
  const address = server.address()
  const bound = typeof address === 'object' && address ? hostAndPort(address) : ''
  host.log.info(
    {
      ...(config.databaseType === 'filesystem' && { data: config.dataDir }),
      sessions: config.sessionDir,
      skills: config.skillsDir,
    },
    'Directories',
  )
  host.log.info({ projects, tasks, sessions }, 'Loaded')
  const open = openToOthers([
    config.sessionDir,
    ...(config.databaseType === 'filesystem' ? [config.dataDir] : []),
  ])
  if (open.length > 0)
    host.log.info(
      { directories: open },
      'Other users of this machine can read these directories: chmod -R go= closes them',
    )
  host.log.info(
    config.apiToken
      ? 'Callers need the token MAESTRO_API_TOKEN'
      : 'Only callers on this machine are served; set MAESTRO_API_TOKEN to let others in',
  )
  host.log.info(
    { listening: bound, milliseconds: Math.round(performance.now()) },
    `Maestro Server ${host.version} is ready on ${config.serverUrl}`,
  )
}

const hostAndPort = ({ address, port, family }: AddressInfo) =>
  family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`

const start = async () => {
  const read = readConfig(process.env, homeFolder())
  if ('problems' in read)
    return exitWith('The configuration cannot be used (CONFIG_ERROR):', ...read.problems)
  try {
    const { config } = read
    const host = await openWithLeaseWait(config, createLog(config))
    const http = createHttpServer(host)
    await listen(http.server, config)
    stopOnSignals(host, http)
    collectWhenIdle()
    await logStarted(config, host, http)
  } catch (error) {
    exitWith(reasonOf(error))
  }
}

const answer = answerTo(process.argv.slice(2))
if (answer) {
  process[answer.code === 0 ? 'stdout' : 'stderr'].write(`${answer.text}\n`)
  process.exitCode = answer.code
} else await start()
