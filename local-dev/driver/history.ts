/** What an agent's history, as it tells it when a session is loaded, says of what was handed over before. */

/** What the user said there, in order. Only that counts: an agent may quote an id. */
export interface History {
  said: readonly string[]
}

/** Joins what came in pieces: `isNew` where something else was said between. */
export const addToHistory = ({ said }: History, text: string, isNew: boolean): History => {
  const last = said.at(-1)
  return { said: last === undefined || isNew ? [...said, text] : [...said.slice(0, -1), last + text] }
}

export type Verdict = 'delivered' | 'again' | 'unknown'

interface Doubt {
  /** The message's id, which stands in what was handed over. */
  id: string
  /** Ids of this session's messages that were handed over before. */
  earlier: readonly string[]
  /** What the session began with. */
  firstPrompt: string
}

/**
 * Whether a message has arrived. That it is not there proves something only where the history reaches back to before it:
 * some agents tell only the end of theirs.
 */
export const verdictOf = ({ said }: History, { id, earlier, firstPrompt }: Doubt): Verdict => {
  if (said.some((text) => holdsId(text, id))) return 'delivered'
  const reachesBack =
    said.some((text) => earlier.some((each) => holdsId(text, each))) || holdsPrompt(said, firstPrompt)
  return reachesBack ? 'again' : 'unknown'
}

/** In the mark before each text, `[msg_… from …]` or `[answer to req_… from …]`. */
const holdsId = (text: string, id: string): boolean =>
  text.includes(`[${id} from `) || text.includes(`[answer to ${id} from `)

/** Enough of a prompt to know it by: agents may change its blanks, or cut it. */
const markLength = 200

export const holdsPrompt = (said: readonly string[], prompt: string): boolean => {
  const mark = squeezed(prompt).slice(0, markLength)
  return mark !== '' && said.some((text) => squeezed(text).includes(mark))
}

const squeezed = (text: string): string => text.replace(/\s+/g, '')
