import type { LifeEvent } from './lifecycle/life'

const tickMs = 200
/** A gap between two ticks: this machine slept, and what was not heard meanwhile is no silence of the agent's. */
const sleptMs = 10_000

/** Says again and again that time passes. Returns what ends it. */
export const startTicks = (dispatch: (event: LifeEvent) => void): (() => void) => {
  let tickedAt = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    if (now - tickedAt > sleptMs) dispatch({ type: 'heard', isWork: false })
    tickedAt = now
    dispatch({ type: 'time' })
  }, tickMs)
  return () => clearInterval(timer)
}
