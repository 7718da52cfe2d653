/** Which tools a client is offered. */
import type { Role } from '../../schemas/template'

export const tiers = ['worker', 'orchestrator', 'all'] as const

export type Tier = (typeof tiers)[number]

/** The tier of that name; undefined if there is none. */
export const tierNamed = (name: string): Tier | undefined => tiers.find((tier) => tier === name)

/** What to say of a name that is none. */
export const unknownTier = (name: string): string =>
  `tier must be one of ${tiers.join(', ')}, not "${name.slice(0, 100)}"`

/** What is offered where nobody said it: by the role of the session that speaks. */
export const tierOf = (role: Role | undefined): Tier => role ?? 'all'
