import { hostname } from 'node:os'
import { createAccess } from '../../functions/http/access'
import { createReference } from '../../functions/openapi/reference'
import { createRooms } from '../../functions/realtime/rooms'
import type { AppServices, GenerateManifest } from '../../functions/services/app-services'
import { openHeartbeats } from '../../functions/services/heartbeats'
import type { Log } from '../../functions/services/log'
import { createRunners } from '../../functions/services/runners'
import { localSessionTokens } from '../../functions/services/session-tokens'
import { promptOfSkills } from '../../functions/services/skill-prompt'
import { createStopwatch } from '../../functions/services/stopwatch'
import { version } from '../../package.json'
import type { Config } from '../../schemas/config'
import type { WorkspaceDriver } from '../../storage/driver'
import { createIds } from '../../storage/ids'
import { readerOf } from '../../storage/rules/find'
import { makeManifest } from '../../storage/rules/manifest'
import { ensureDefaultTemplates } from '../../storage/rules/templates'
import { openWorkspace } from '../../storage/workspace'
import { homeFolder } from '../lib/home'
import { cliManifests } from '../manifests/manifest-cli'
import { fileManifests } from '../manifests/manifests'
import { openSpawnNotes } from '../manifests/spawn-notes'
import { folderSkills } from '../skills/skills'
import { folderConsole } from './console-files'
import { worktreeDiffs } from './diffs'
import { openDriver } from './open-driver'
import { fileOutputs } from './outputs'
import { removeUnfinishedSpawns, spawnNotesFolder } from './unfinished-spawns'

/** So soon a file follows a change, but for long ones. */
const quickFilesMs = 100

/** Opens everything that the handlers work on. Throws if another server has the data. `given`: instead of the configured driver. */
export const openServices = async (
  config: Config,
  log: Log,
  given?: WorkspaceDriver,
): Promise<AppServices> => {
  const clock = Date.now
  const newId = createIds()
  const driver = given ?? (await openDriver(config, log))
  const workspace = await openWorkspace({ driver, clock, newId, logger: log })
  // What a crash kept from the files is in them before anybody is answered; a long one follows, as after any change.
  await workspace.flush(quickFilesMs).catch((err) => log.error({ err }, 'The files are not current yet'))
  const sessionTokens = await localSessionTokens(driver.secret, config.apiToken)
  const rooms = createRooms()
  workspace.subscribe(rooms.publish)
  await workspace.change(ensureDefaultTemplates)
  const notes = openSpawnNotes(spawnNotesFolder(config), config.sessionDir)
  const manifests = fileManifests({
    directory: config.sessionDir,
    strict: config.durability === 'strict',
    notes,
  })
  const isStored = async (id: string) =>
    (await workspace.read((documents) => documents.get('sessions', id) !== undefined)) ||
    driver.refusal?.([`sessions:${id}`]) !== undefined
  await removeUnfinishedSpawns({ notes, sessionDir: config.sessionDir, isStored, log })
  const skills = folderSkills(config.skillsDir, log, clock)
  const builtIn: GenerateManifest = async (plan, named) => {
    const skillsText = await promptOfSkills(skills, named, log)
    return workspace.read((documents) => makeManifest(readerOf(documents), plan, skillsText))
  }
  return {
    workspace,
    rooms,
    log,
    access: createAccess({ ...config, readSessionToken: sessionTokens.verify }),
    sessionTokens,
    config,
    manifests,
    generateManifest: isBuiltIn(config)
      ? builtIn
      : cliManifests({ config, location: manifests.location, flush: workspace.flush, builtIn, log }),
    skills,
    outputs: fileOutputs(config.sessionDir),
    diffs: worktreeDiffs(homeFolder(), process.env),
    ...consoleBeside(),
    runners: createRunners(clock),
    heartbeats: await openHeartbeats({ workspace, now: createStopwatch(), log }),
    reference: createReference(version, config.serverUrl),
    machine: { hostname: hostname(), platform: process.platform },
    defaultWorkingDir: process.cwd(),
    version,
    clock,
    newId,
    uptimeMs: createStopwatch(),
  }
}

/** What the build has put beside this program. */
const consoleBeside = () => {
  const console = folderConsole(import.meta.dirname)
  return console ? { console } : {}
}

/** Without a program that somebody named, manifests are made in the process. */
const isBuiltIn = ({ manifestGenerator, maestroCliPath }: Config): boolean =>
  manifestGenerator === 'server' || (manifestGenerator === 'auto' && maestroCliPath === undefined)
