/** Whether the agent has the session's own prompt: each session of an agent is given it once. */
import { type History, holdsPrompt } from './history'
import type { Memory } from './memory'
import type { OpenedSession } from './open-session'

export const createIntroduction = (prompt: string, memory: Memory) => {
  let state: 'missing' | 'sent' | 'there' = 'missing'
  let isContinued = false

  return {
    /** The agent's session is there: new, or with its history. */
    begin({ isLoaded, history }: Pick<OpenedSession, 'isLoaded' | 'history'>) {
      const wasIntroduced = memory.state.isIntroduced
      state = isLoaded && isThere(history, prompt, wasIntroduced, memory.isRestart) ? 'there' : 'missing'
      isContinued = !isLoaded && (wasIntroduced || memory.isRestart)
    },
    /** What is to stand before the next prompt; undefined if the agent has it. */
    text: (): string | undefined => (state === 'there' ? undefined : prompt),
    isContinued: () => isContinued,
    /** It is about to be sent, with what stands before it. */
    sending() {
      if (state === 'there') return
      state = 'sent'
      memory.change({ isIntroduced: true })
    },
    /** The agent has done something since. */
    heard() {
      if (state === 'sent') state = 'there'
    },
  }
}

/** A session that was restarted is told anew what it is about. */
const isThere = ({ said }: History, prompt: string, wasIntroduced: boolean, isRestart: boolean): boolean => {
  if (!wasIntroduced && isRestart) return false
  // Some agents tell only the end of their history.
  return holdsPrompt(said, prompt) || (wasIntroduced && said.length > 0)
}
