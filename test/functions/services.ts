import { createAccess } from '../../functions/http/access'
import { createRooms } from '../../functions/realtime/rooms'
import type { AppServices } from '../../functions/services/app-services'
import type { Log } from '../../functions/services/log'
import { skillNotFound } from '../../functions/services/skills'
import type { WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'
import { createIds } from '../../storage/ids'
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

const noSkill = async (id: string): Promise<never> => {
  throw skillNotFound(id)
}

/** A host that keeps everything in memory, unless another driver is given: enough for any endpoint to work. */
export const createMemoryServices = async (
  driver: WorkspaceDriver = memoryDriver(),
): Promise<AppServices> => {
  const clock = Date.now
  const newId = createIds()
  const workspace = await openWorkspace({ driver, clock, newId, logger: silent })
  const rooms = createRooms(clock)
  workspace.subscribe(rooms.publish)
  const manifests = new Map<string, string>()
  return {
    workspace,
    rooms,
    access: createAccess({
      serverUrl: 'http://localhost:3000',
      corsEnabled: true,
      corsOrigins: ['*'],
      corsCredentials: false,
    }),
    log: silent,
    config: { serverUrl: 'http://localhost:3000', maxBodyBytes: 1_048_576, nodeEnv: 'test' },
    manifests: {
      location: (sessionId) => `memory:${sessionId}`,
      write: async (sessionId, manifest) => void manifests.set(sessionId, JSON.stringify(manifest)),
      remove: async (sessionId) => void manifests.delete(sessionId),
      read: async (sessionId) => manifests.get(sessionId),
    },
    generateManifest: async (plan) =>
      workspace.read((documents) => makeManifest(readerOf(documents), plan, '')),
    skills: { list: async () => [], get: noSkill, reload: noSkill },
    storageStatus: () => ({ quarantined: [], freeBytes: null }),
    machine: { hostname: 'test', platform: 'test' },
    defaultWorkingDir: '/',
    version: '0.0.0',
    clock,
    newId,
    startedAt: clock(),
  }
}
