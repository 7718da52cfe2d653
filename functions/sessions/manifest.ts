import { apiError } from '../../schemas/errors'
import { SessionManifest } from '../../schemas/manifest'
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
  errors: ['SESSION_NOT_FOUND', 'NOT_FOUND'],
  example: ({ spawnedSession }) => ({ params: { id: spawnedSession } }),
  run: async (c, { params: { id } }) => {
    await storedEntity(c, 'sessions', id, 'SESSION_NOT_FOUND')
    const manifest = await c.env.manifests.read(id)
    if (manifest === undefined) throw apiError('NOT_FOUND', 'Manifest not found')
    return respondText(c, 200, manifest)
  },
})
