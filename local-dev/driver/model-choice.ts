import type { AcpAgent } from '../acp/agent'
import { AcpClosed, ModelUnknown } from '../acp/errors'
import { reasonOf } from '../lib/reason'
import type { Memory } from './memory'

interface Place {
  agent: Pick<AcpAgent, 'setModel'>
  sessionId: string
}

interface ModelChoiceOptions {
  opened(): Place | undefined
  /** As somebody chose it; undefined: the agent's own. */
  initial: string | undefined
  /** What an earlier process of the agent took, and whether there was one: only what has not begun can fail to. */
  memory: Memory
  note(level: 'error', message: string): void
}

/** The model of a session, which a person may change while it runs: it counts from the next prompt on. */
export const createModelChoice = ({ opened, initial, memory, note }: ModelChoiceOptions) => {
  let wanted = initial
  let applied = initial
  let refused: string | undefined

  const use = async ({ agent, sessionId }: Place, model: string) => {
    await agent.setModel(sessionId, model)
    memory.change({ model })
  }

  const refuse = (model: string, error: unknown) => {
    if (refused !== model) note('error', `The model stays as it is: ${withChoice(error)}`)
    refused = model
  }

  /** It is another process, which knows of no choice. */
  const useIn = async (place: Place, model: string): Promise<void> => {
    try {
      await use(place, model)
    } catch (error) {
      const { acpSessionId, model: inUse } = memory.state
      if (!(error instanceof ModelUnknown) || acpSessionId === undefined) throw error
      refuse(model, error)
      if (inUse !== undefined && inUse !== model) await useIn(place, inUse)
    }
  }

  return {
    choose(model: string | undefined) {
      wanted = model
    },
    /**
     * The agent has a process, with its session. Throws `ModelUnknown` where that is the first, and does not have the model;
     * later it then stays with the one that it had.
     */
    async begin(place: Place): Promise<void> {
      applied = wanted
      if (wanted !== undefined) await useIn(place, wanted)
    },
    /** Makes the agent use it. What it does not have is left as it is, and said. */
    async apply(): Promise<void> {
      const place = opened()
      if (!place || wanted === undefined || wanted === applied) return
      applied = wanted
      try {
        await use(place, wanted)
      } catch (error) {
        if (!(error instanceof AcpClosed)) refuse(wanted, error)
      }
    },
  }
}

/** With the models that there are. */
export const withChoice = (error: unknown): string => {
  const text = reasonOf(error)
  const available = error instanceof ModelUnknown ? error.available.join(', ') : ''
  return available === '' || text.includes(available) ? text : `${text} (it has ${available})`
}
