import type { Where } from '../../storage/documents'
import type { RequestContext } from '../services/app-services'

/**
 * The filters of a list: query parameters, by the field that each looks at. A status in the words of an
 * earlier version is read as today's; a parameter that is absent or empty filters nothing.
 */
export const filtersOf = (
  c: RequestContext,
  fields: Readonly<Record<string, string>>,
  oldStatuses: Readonly<Record<string, string>>,
): Where => {
  const where: Record<string, string> = {}
  for (const [parameter, field] of Object.entries(fields)) {
    const value = c.req.query(parameter)
    if (!value) continue
    where[field] =
      (parameter === 'status' && Object.hasOwn(oldStatuses, value) && oldStatuses[value]) || value
  }
  return where
}
