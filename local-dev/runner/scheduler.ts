/** Which session starts next. */

interface Candidate {
  id: string
  /** The session that asked for it, if one did. */
  parent: string | undefined
}

/**
 * The first waiting session for which a slot is free. A session that has spawned others waits for them: it lends
 * its slot to one of them, or an orchestrator would hold for ever what its own workers wait for.
 */
export const nextToStart = <T extends Candidate>(
  waiting: readonly T[],
  running: readonly Candidate[],
  maxConcurrent: number,
): T | undefined => waiting.find((candidate) => slotsUsed([...running, candidate]) <= maxConcurrent)

const slotsUsed = (sessions: readonly Candidate[]): number => {
  const parents = new Set(sessions.map(({ parent }) => parent))
  return sessions.filter(({ id }) => !parents.has(id)).length
}
