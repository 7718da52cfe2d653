import { apiError } from '../../schemas/errors'
import { isObject } from '../../schemas/fields'
import { SessionManifest } from '../../schemas/manifest'
import { describeProblem, problemsOf } from '../../schemas/problems'
import type { SpawnPlan } from './spawn'

/** The refusal of a spawn whose manifest could not be made. */
export const manifestGenerationFailed = (why: string, details?: Record<string, unknown>) =>
  apiError('manifest_generation_failed', `Failed to generate manifest: ${why}`, details)

/**
 * What a generator made, checked against the schema, whoever made it. Throws `manifest_generation_failed` with
 * the first field that is missing or wrong, and all of them in its details.
 *
 * A generator that is another program was not told everything: the template's id is added, and the model and
 * the context where the request named them.
 */
export const validateManifest = (made: unknown, { request, template }: SpawnPlan): SessionManifest => {
  const manifest = checked(made)
  const { session, context } = manifest
  const custom = request.context ?? {}
  return {
    ...manifest,
    session: { ...session, ...(request.model && { model: request.model }) },
    ...(Object.keys(custom).length > 0 && {
      context: { ...context, custom: { ...context?.custom, ...custom } },
    }),
    ...(template && { templateId: template.id }),
  }
}

const checked = (made: unknown): SessionManifest => {
  const result = SessionManifest.safeParse(isObject(made) ? made : {}, { error: describeProblem })
  if (result.success) return result.data
  const issues = problemsOf(result.error)
  const field = issues[0]?.path === 'session' ? 'session.model' : issues[0]?.path
  throw manifestGenerationFailed(`Manifest missing ${field}`, { issues })
}
