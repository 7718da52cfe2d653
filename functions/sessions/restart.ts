import { parseJson } from '../../schemas/json-text'
import { SessionManifest } from '../../schemas/manifest'
import { parseDescribed, problemsOf, validationError } from '../../schemas/problems'
import { Session } from '../../schemas/session'
import { reasonOf } from '../../storage/reason'
import { readerOf } from '../../storage/rules/find'
import { findEndedSpawn, manifestNotFound, restartSession as restart } from '../../storage/rules/restart'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'
import type { RequestContext } from '../services/app-services'

export const restartSession = operation({
  method: 'POST',
  path: '/api/sessions/:id/restart',
  name: 'sessions.restart',
  sessionAccess: 'descendant',
  ownPagesOnly: true,
  summary: 'Restart a session',
  description:
    'A session that has ended begins a new run, with the same id and manifest: session:spawn is sent again, what is not completed in its queue waits anew, and its tasks say nothing of the last run but what was completed. Tokens of earlier runs are void.',
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'INVALID_STATE', 'TOO_MANY_CHILDREN', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['session:spawn', 'session:updated', 'queue:updated', 'task:updated'],
  example: ({ endedSession }) => ({ params: { id: endedSession } }),
  run: async (c, { params: { id } }) => {
    const { workspace, manifests, config } = c.env
    await workspace.read((documents) => findEndedSpawn(readerOf(documents), id))
    const manifest = await manifestOf(c, id)
    const environment = { manifestPath: manifests.location(id), serverUrl: config.serverUrl }
    return changeEntity(c, 'sessions', id, (tx) =>
      restart(tx, id, { manifest, environment, caller: c.get('caller'), maxChildren: config.maxChildren }),
    )
  },
})

/** As it is checked before anybody works by it: it lies where others can write. */
const manifestOf = async (c: RequestContext, id: string): Promise<SessionManifest> => {
  const text = await c.env.manifests.read(id)
  if (text === undefined) throw manifestNotFound(id)
  const read = readManifest(text)
  if (read instanceof Error) throw manifestNotFound(id, `It is no manifest any more: ${read.message}`)
  return read
}

const readManifest = (text: string): SessionManifest | Error => {
  try {
    const parsed = parseDescribed(SessionManifest, parseJson(text))
    return parsed.success ? parsed.data : validationError(problemsOf(parsed.error))
  } catch (error) {
    return new Error(reasonOf(error))
  }
}
