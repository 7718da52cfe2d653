import { version } from '../../package.json'
import type { ApiTokens } from '../../schemas/api-tokens'
import type { Config } from '../../schemas/config'
import { type DurableObjectDriver, durableObjectDriver } from '../../storage/drivers/durable-object/driver'
import { createIds } from '../../storage/ids'
import { readerOf } from '../../storage/rules/find'
import { makeManifest } from '../../storage/rules/manifest'
import { ensureDefaultTemplates } from '../../storage/rules/templates'
import { openWorkspace } from '../../storage/workspace'
import { createAccess } from '../http/access'
import { createReference } from '../openapi/reference'
import { createRooms } from '../realtime/rooms'
import type { AppServices } from '../services/app-services'
import { openHeartbeats } from '../services/heartbeats'
import { createRunners } from '../services/runners'
import { hostedSessionTokens } from '../services/session-tokens'
import { promptOfSkills } from '../services/skill-prompt'
import { createStopwatch } from '../services/stopwatch'
import type { Bindings } from './bindings'
import { consoleLog } from './log'
import { createLostSessions, type LostSessions, storedBeatTimes } from './lost-sessions'
import { storedManifests } from './manifests'
import { mirrorOf } from './mirror'
import { createRestore, type Restore } from './restore'
import { type StoredSkills, storedSkills } from './skills'
import { workspaceFinder } from './tokens'

export interface HostedServices extends AppServices {
  driver: DurableObjectDriver
  skills: StoredSkills
  restore: Restore
  lostSessions: LostSessions
}

/** Opens everything that the handlers work on, in an object. `workspaceName`: whose object this is. */
export const openServices = async (
  { storage }: DurableObjectState,
  bindings: Bindings,
  { config, tokens }: { config: Config; tokens: ApiTokens },
  workspaceName: string,
): Promise<HostedServices> => {
  const apiTokens = tokens[workspaceName] ?? []
  const sessionTokens = hostedSessionTokens(apiTokens)
  const workspaceOf = workspaceFinder({ [workspaceName]: apiTokens })
  const isToken = (candidate: string) => workspaceOf(candidate) !== undefined
  const readSessionToken = sessionTokens.verify
  const access = createAccess({ ...config, isToken, readSessionToken, isBehindGateway: true })
  const clock = Date.now
  const newId = createIds()
  const log = consoleLog(config.logLevel, { workspace: workspaceName })
  const mirror = mirrorOf(workspaceName, bindings.MAESTRO_KV)
  const driver = durableObjectDriver({ storage, mirror, clock })
  const workspace = await openWorkspace({ driver, clock, newId, logger: log })
  const rooms = createRooms()
  workspace.subscribe(rooms.publish)
  await workspace.change(ensureDefaultTemplates)
  const skills = storedSkills(storage, log)
  const restore = createRestore({
    sql: storage.sql,
    workspace,
    mirror,
    name: workspaceName,
    onBegin: () => driver.setProblems([]),
  })
  if (await restore.isNeeded()) {
    const reason = `This workspace is empty, and its copy in Workers KV is not: maestro restore kv:${workspaceName} --confirm brings it back`
    log.warn({ reason }, 'An empty workspace beside a copy that is not empty')
    driver.setProblems([{ file: `kv:${workspaceName}`, reason }])
  }
  const beats = await openHeartbeats({ workspace, now: clock, log, times: storedBeatTimes(storage) })
  const lostSessions = createLostSessions(beats, driver.alarm, clock)
  return {
    workspace,
    driver,
    restore,
    rooms,
    log,
    access,
    sessionTokens,
    config,
    manifests: storedManifests(storage, config.serverUrl),
    generateManifest: async (plan, named) => {
      const skillsText = await promptOfSkills(skills, named, log)
      return workspace.read((documents) => makeManifest(readerOf(documents), plan, skillsText))
    },
    skills,
    runners: createRunners(clock),
    heartbeats: lostSessions.heartbeats,
    lostSessions,
    reference: createReference(version, config.serverUrl),
    machine: { hostname: new URL(config.serverUrl).hostname, platform: 'cloudflare' },
    defaultWorkingDir: '/',
    version,
    clock,
    newId,
    uptimeMs: createStopwatch(),
  }
}
