import { type Tier, tierNamed, unknownTier } from '../../../functions/mcp/tier'
import { UsageError } from '../exit'

/** The tier that a flag names, if it names one. Throws `UsageError` for one that there is not. */
export const tierFlag = (name: string | undefined): Tier | undefined => {
  if (name === undefined) return undefined
  const tier = tierNamed(name)
  if (tier) return tier
  throw new UsageError(`--${unknownTier(name)}`)
}
