import { createAccess } from '../../functions/http/access'
import { createReference } from '../../functions/openapi/reference'
import { createRooms } from '../../functions/realtime/rooms'
import type { AppServices, Env } from '../../functions/services/app-services'
import { openHeartbeats } from '../../functions/services/heartbeats'
import type { Log } from '../../functions/services/log'
import { createRunners } from '../../functions/services/runners'
import { localSessionTokens } from '../../functions/services/session-tokens'
import { skillNotFound } from '../../functions/services/skills'
import { createStopwatch } from '../../functions/services/stopwatch'
import type { Skill } from '../../schemas/skill'
import type { WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'
import { createIds, type NewId } from '../../storage/ids'
import { readerOf } from '../../storage/rules/find'
import { makeManifest } from '../../storage/rules/manifest'
import { openWorkspace } from '../../storage/workspace'

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
}

/** Services to which the same is done are equal, their tokens too. */
/** Of a session that has changed nothing. */
const noChanges = { branch: 'b', base: 'c', head: 'c', total: 0, additions: 0, deletions: 0, files: [] }

const secret = new Uint8Array(32)
const sameSecret = { read: async () => secret, create: async () => secret }

interface MemoryOptions {
  driver?: WorkspaceDriver | undefined
  /** The time, in Unix milliseconds. */
  clock?: () => number
  newId?: NewId
  skills?: readonly Skill[]
}

/** Services that keep everything in memory, unless another driver is given: enough for any operation to work. */
export const createMemoryServices = async ({
  driver = memoryDriver(),
  clock = Date.now,
  newId = createIds(),
  skills = [],
}: MemoryOptions = {}): Promise<AppServices> => {
  const workspace = await openWorkspace({ driver, clock, newId, logger: silent })
  const sessionTokens = await localSessionTokens(driver.secret ?? sameSecret)
  const rooms = createRooms()
  workspace.subscribe(rooms.publish)
  const manifests = new Map<string, string>()
  const findSkill = async (id: string): Promise<Skill> => {
    const found = skills.find((skill) => skill.id === id)
    if (!found) throw skillNotFound(id)
    return found
  }
  return {
    workspace,
    rooms,
    access: createAccess({
      serverUrl: 'http://localhost:3000',
      corsEnabled: true,
      corsOrigins: ['*'],
      corsCredentials: false,
      readSessionToken: sessionTokens.verify,
    }),
    sessionTokens,
    log: silent,
    config: { serverUrl: 'http://localhost:3000', maxBodyBytes: 1_048_576, maxChildren: 8, nodeEnv: 'test' },
    manifests: {
      location: (sessionId) => `memory:${sessionId}`,
      write: async (sessionId, manifest) => void manifests.set(sessionId, JSON.stringify(manifest)),
      remove: async (sessionId) => void manifests.delete(sessionId),
      read: async (sessionId) => manifests.get(sessionId),
    },
    generateManifest: async (plan) =>
      workspace.read((documents) => makeManifest(readerOf(documents), plan, '')),
    skills: {
      list: async () => [...skills],
      named: async (ids) => {
        const wanted = new Set(ids)
        return new Map(skills.filter(({ id }) => wanted.has(id)).map((skill) => [skill.id, skill]))
      },
      leftOut: async () => [],
      get: findSkill,
      reload: findSkill,
    },
    diffs: { read: async ({ id }) => ({ ...noChanges, sessionId: id }) },
    outputs: { size: async () => 0, read: async () => new Uint8Array(0) },
    runners: createRunners(clock),
    heartbeats: await openHeartbeats({ workspace, now: createStopwatch(), log: silent }),
    reference: createReference('0.0.0', 'http://localhost:3000'),
    machine: { hostname: 'test', platform: 'test' },
    defaultWorkingDir: '/',
    version: '0.0.0',
    clock,
    newId,
    uptimeMs: () => 12_500,
  }
}

/** What a handler finds when somebody on this machine calls. */
export const calledLocally = (services: AppServices): Env['Bindings'] => ({
  ...services,
  address: '127.0.0.1',
})

/** A request as it comes from a program on this machine. */
export const localRequest = (path: string, { headers, ...init }: RequestInit = {}): Request => {
  const all = new Headers(headers)
  if (!all.has('Host')) all.set('Host', 'localhost:3000')
  return new Request(`http://localhost:3000${path}`, { ...init, headers: all })
}
