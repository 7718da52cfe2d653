import type { Reader } from './find'

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
