/** Who is next. */

interface Waiting {
  id: string
  /** The session that asked for it, if one did. */
  parent: string | undefined
}

/**
 * The first that waits and for which there is room. A session that has spawned others waits for them: it lends
 * its place to one of them, or an orchestrator would hold for ever what its own workers wait for.
 */
export const nextToStart = <T extends Waiting>(
  waiting: readonly T[],
  running: readonly Waiting[],
  max: number,
): T | undefined => waiting.find((candidate) => placesTaken([...running, candidate]) <= max)

const placesTaken = (sessions: readonly Waiting[]): number => {
  const parents = new Set(sessions.map(({ parent }) => parent))
  return sessions.filter(({ id }) => !parents.has(id)).length
}
