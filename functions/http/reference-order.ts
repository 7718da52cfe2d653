import type { Operation } from './operation'

/** The sections of the reference, in order; one that is not named here comes before the last. */
const sections = [
  'projects',
  'tasks',
  'sessions',
  'skills',
  'queues',
  'templates',
  'inbox',
  'messages',
  'events',
]
const lastSection = 'server'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The section of the reference that a path belongs to. */
export const sectionOf = (path: string): string => {
  if (path.includes('/queue')) return 'queues'
  if (path.includes('/requests')) return 'inbox'
  if (/\/(?:messages|prompt)$/.test(path)) return 'messages'
  return /^\/api\/(\w+)/.exec(path)?.[1] ?? lastSection
}

/**
 * Operations in the order of the reference: by section, path and method. A fixed word comes before a parameter in the
 * same place, so that a router which takes the first that fits takes the right one.
 */
export const inReferenceOrder = (operations: readonly Operation[]): Operation[] =>
  [...operations].sort((one, other) => compare(sortKeyOf(one), sortKeyOf(other)))

const sortKeyOf = ({ definition: { path, method } }: Operation): (string | number)[] => [
  sectionRank(sectionOf(path)),
  ...path.split('/').map((segment) => (segment.startsWith(':') ? `~${segment}` : segment)),
  methods.indexOf(method),
]

const sectionRank = (section: string): string => {
  if (section === lastSection) return '2'
  const rank = sections.indexOf(section)
  return rank === -1 ? `1 ${section}` : `0 ${rank}`
}

/** A path that goes on comes after its beginning: a number stands before every word. */
const compare = (one: (string | number)[], other: (string | number)[]): number => {
  for (const [index, part] of one.entries()) {
    const against = other[index]
    if (part === against) continue
    if (typeof part === typeof against) return part < (against ?? '') ? -1 : 1
    return typeof part === 'number' ? -1 : 1
  }
  return 0
}
