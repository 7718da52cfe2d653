import type { AppServices } from '../../functions/services/app-services'

/** Who starts a server asks it something at once: that comes first. */
const delayMs = 1000

/** What is ready is worked out soon after the start, between requests. Returns what prevents it. */
export const indexSoon = ({ workspace }: AppServices): (() => void) => {
  const timer = setTimeout(() => void workspace.indexReady(), delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}
