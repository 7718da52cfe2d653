import { apiError } from '../../schemas/errors'
import { SessionManifest } from '../../schemas/manifest'
import { endpoint } from '../http/operation'
import { respondText } from '../http/respond'
import { storedEntity } from '../http/stored-entity'

export const getManifest = endpoint(
  {
    summary: 'Get the manifest of a spawned session',
    answers: { status: 200, schema: SessionManifest },
    errors: ['SESSION_NOT_FOUND', 'NOT_FOUND'],
  },
  async (c) => {
    const { id } = await storedEntity(c, 'sessions', 'SESSION_NOT_FOUND')
    const manifest = await c.env.manifests.read(id)
    if (manifest === undefined) throw apiError('NOT_FOUND', 'Manifest not found')
    return respondText(c, 200, manifest)
  },
)
