// What programs of version 0.1.0 ask, and whether they are answered as they were then.
import { parseTrusted } from '../../../schemas/json-text'

/** A request that a program of version 0.1.0 made, and how the server of that version answered. */
export interface Recorded {
  method: string
  path: string
  /** As it was sent. */
  body?: string
  status: number
  /** Absent where it was no JSON. */
  answer?: unknown
}

/** The ids of another run in the place of the recorded ones. */
export const createIds = () => {
  const now = new Map<string, string>()
  return {
    /** Takes the ids from what was answered then and what is now, wherever both have one; timelines have got longer. */
    learn(then: unknown, answer: unknown): void {
      if (typeof then === 'string' && typeof answer === 'string' && isId(then) && isId(answer))
        now.set(then, answer)
      if (typeof then !== 'object' || then === null || typeof answer !== 'object' || answer === null) return
      const parts = new Map(Object.entries(answer))
      for (const [key, part] of Object.entries(then)) if (key !== 'timeline') this.learn(part, parts.get(key))
    },
    replaceIn: <T>(value: T): T =>
      value === undefined
        ? value
        : parseTrusted(JSON.stringify(value).replace(ids, (id) => now.get(id) ?? id)),
  }
}

const ids = /(?:proj|task|sess|tmpl|evt)_\d+_[0-9a-z]{9}/g
const isId = (text: string) => new RegExp(`^${ids.source}$`).test(text)

/** What the machine or the host says, and ids. */
const otherwise = /^(hostname|platform|manifestPath|env|envVars|id)$/
/** What 0.1.0 left standing when a session ended, so that tasks looked busy for ever, is cleared now. */
const cleared = 'sessionStatus'

/** Where an answer lacks something of what the old server answered, or says it otherwise. More is no difference. */
export const missingIn = (answer: unknown, then: unknown, path = ''): string[] => {
  const told = `${path}: ${JSON.stringify(then)} is now ${JSON.stringify(answer)}`
  if (Array.isArray(then)) {
    if (!Array.isArray(answer)) return [told]
    // Lists of what happened have got longer; what was told is still told, in its order.
    let from = 0
    return then.flatMap((item, index) => {
      const found = answer.findIndex((other, place) => place >= from && missingIn(other, item).length === 0)
      if (found < 0) return [`${path}.${index}: ${JSON.stringify(item)} is not in ${JSON.stringify(answer)}`]
      from = found + 1
      return []
    })
  }
  if (typeof then === 'object' && then !== null) {
    if (typeof answer !== 'object' || answer === null) return [told]
    const parts = new Map(Object.entries(answer))
    return Object.entries(then).flatMap(([key, part]) => {
      if (key === cleared) return []
      if (!parts.has(key)) return [`${path}.${key} is not there: it was ${JSON.stringify(part)}`]
      return otherwise.test(key) ? [] : missingIn(parts.get(key), part, `${path}.${key}`)
    })
  }
  const isTime = typeof then === 'number' && then > 1e12
  return (isTime ? typeof answer === 'number' : answer === then) ? [] : [told]
}
