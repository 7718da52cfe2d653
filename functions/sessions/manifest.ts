import { apiError } from '../../schemas/errors'
import { SessionManifest } from '../../schemas/manifest'
import { answerText } from '../answers'
import { endpoint } from '../endpoint'
import { storedEntity } from '../stored-entity'

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
    return answerText(c, 200, manifest)
  },
)
