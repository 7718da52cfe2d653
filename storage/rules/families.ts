import { apiError } from '../../schemas/errors'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { findSession, type Reader, type SessionHead } from './find'
import { livingStatuses } from './living'

/** So many generations may be below what a person spawned. */
const maxGenerations = 3

/** The sessions above a session, its parent first. What is told wrong may be a circle: it ends there. */
export const ancestorsOf = (reader: Reader, sessionId: string): string[] => {
  const found = new Set<string>()
  for (let id = parentOf(reader, sessionId); id !== undefined && !found.has(id); id = parentOf(reader, id))
    found.add(id)
  return [...found]
}

/** The session that had a session spawned; undefined if a person did. */
const parentOf = (reader: Reader, sessionId: string): string | undefined => {
  const parent = reader.fields('sessions', sessionId)?.parentSessionId
  return typeof parent === 'string' ? parent : undefined
}

/** Why a session has no room for another child, in words; undefined if it has. `maxChildren`: MAX_CHILDREN. */
export const familyIsFull = (
  reader: Reader,
  parentSessionId: string,
  maxChildren: number,
): { message: string; details: Record<string, unknown> } | undefined => {
  const children = livingStatuses.reduce(
    (total, status) => total + reader.count('sessions', { parentSessionId, status }),
    0,
  )
  if (children >= maxChildren)
    return {
      message: `Session ${parentSessionId} has ${children} living sessions of its own, and MAX_CHILDREN is ${maxChildren}: wait until one ends, or stop one`,
      details: { sessionId: parentSessionId, children, maxChildren },
    }
  const generation = ancestorsOf(reader, parentSessionId).length + 1
  if (generation > maxGenerations)
    return {
      message: `Session ${parentSessionId} is ${generation - 1} generations below what a person spawned, and there may be ${maxGenerations}: do the work in it`,
      details: { sessionId: parentSessionId, generation, maxGenerations },
    }
  return undefined
}

/** Throws `TOO_MANY_CHILDREN` where a session has no room for another child. */
export const requireRoomInFamily = (reader: Reader, parentSessionId: string, maxChildren: number): void => {
  const full = familyIsFull(reader, parentSessionId, maxChildren)
  if (full) throw apiError('TOO_MANY_CHILDREN', full.message, full.details)
}

/**
 * What a session that is being deleted had spawned is from now on of whoever had it spawned, who can stop it then, and gets back what is
 * left of its budget. Of one that a person spawned nobody is above: that stays as it is.
 */
export function* handOnChildren(tx: Transaction, { id, parentSessionId, budget }: SessionHead): Steps {
  if (parentSessionId === null || tx.fields('sessions', parentSessionId) === undefined) return
  for (const childId of [...tx.ids('sessions', { parentSessionId: id })]) {
    yield
    if (childId === parentSessionId) continue
    const child = findSession(tx, childId)
    const takenFrom = child.budget?.takenFrom === id ? budget?.takenFrom : child.budget?.takenFrom
    tx.put('sessions', {
      ...child,
      parentSessionId,
      ...(child.budget && { budget: { ...child.budget, takenFrom } }),
    })
    tx.emitState('session:updated', childId)
  }
}
