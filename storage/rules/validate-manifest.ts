import { apiError } from '../../schemas/errors'
import { isObject } from '../../schemas/fields'
import { SessionManifest } from '../../schemas/manifest'
import { parseDescribed, problemsOf } from '../../schemas/problems'
import type { SpawnPlan } from './spawn'

/** The error of a spawn whose manifest could not be made. */
export const manifestGenerationFailed = (reason: string, details?: Record<string, unknown>) =>
  apiError('manifest_generation_failed', `Failed to generate manifest: ${reason}`, details)

/**
 * Checks a generated manifest against the schema, whichever generator made it. Throws `manifest_generation_failed`
 * with the first field that is missing or wrong, and all of them in its details.
 *
 * An external generator does not know everything: the template's id is added, and what was chosen for its agent
 * and as context.
 */
export const validateManifest = (
  generated: unknown,
  { request, template, chosen }: SpawnPlan,
): SessionManifest => {
  const manifest = parseManifest(generated)
  const { session, context } = manifest
  const custom = request.context ?? {}
  return {
    ...manifest,
    session: { ...session, ...chosen },
    ...(Object.keys(custom).length > 0 && {
      context: { ...context, custom: { ...context?.custom, ...custom } },
    }),
    ...(template && { templateId: template.id }),
  }
}

const parseManifest = (generated: unknown): SessionManifest => {
  const result = parseDescribed(SessionManifest, isObject(generated) ? generated : {})
  if (result.success) return result.data
  const issues = problemsOf(result.error)
  const field = issues[0]?.path === 'session' ? 'session.model' : issues[0]?.path
  throw manifestGenerationFailed(`Manifest missing ${field}`, { issues })
}
