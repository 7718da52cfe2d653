import { parseJson, withoutByteOrderMark } from '../../schemas/json-text'
import { SessionManifest } from '../../schemas/manifest'
import { reasonOf } from '../../storage/reason'
import { manifestNotFound } from '../../storage/rules/restart'
import { operation } from '../http/operation'
import { respondText } from '../http/respond'
import { storedEntity } from '../http/stored-entity'

export const getManifest = operation({
  method: 'GET',
  path: '/api/sessions/:id/manifest',
  name: 'sessions.manifest',
  sessionAccess: 'read',
  summary: 'Get the manifest of a spawned session',
  answers: { status: 200, schema: SessionManifest },
  errors: ['SESSION_NOT_FOUND', 'NOT_FOUND', 'STORAGE_UNAVAILABLE'],
  example: ({ spawnedSession }) => ({ params: { id: spawnedSession } }),
  run: async (c, { params: { id } }) => {
    await storedEntity(c, 'sessions', id, 'SESSION_NOT_FOUND')
    const manifest = await c.env.manifests.read(id)
    if (manifest === undefined) throw manifestNotFound(id)
    requireJson(id, manifest)
    return respondText(c, 200, withoutByteOrderMark(manifest))
  },
})

/** It lies where others can write, and clients repeat a request on a success that is not JSON. */
const requireJson = (id: string, manifest: string): void => {
  try {
    parseJson(manifest)
  } catch (error) {
    throw manifestNotFound(id, `It is no manifest any more: ${reasonOf(error)}`)
  }
}
