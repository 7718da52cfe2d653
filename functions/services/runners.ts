import type { Runner } from '../../schemas/runner'

/** The runners that are there. Kept in memory alone: each tells again what it is, every 10 s. */
export interface Runners {
  tell(runner: Omit<Runner, 'seenAt'>): Runner
  /** Those that told something in the last 30 s, the longest known first. */
  list(): Runner[]
}

const forgottenAfterMs = 30_000
/** More than a workspace has; what is told by more is not kept for ever. */
const maxRunners = 100

export const createRunners = (clock: () => number): Runners => {
  const known = new Map<string, Runner>()
  const forget = () => {
    const now = clock()
    for (const [id, { seenAt }] of known) if (now - seenAt >= forgottenAfterMs) known.delete(id)
  }
  return {
    tell(told) {
      const runner = { ...told, seenAt: clock() }
      forget()
      known.set(told.id, runner)
      for (const id of known.keys()) if (known.size > maxRunners && id !== told.id) known.delete(id)
      return runner
    },
    list() {
      forget()
      return [...known.values()]
    },
  }
}
