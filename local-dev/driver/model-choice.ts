import { AcpClosed, ModelUnknown } from '../acp/errors'
import { reasonOf } from '../lib/reason'
import type { OpenedSession } from './open-session'

/** The model of a session, which a person may change while it runs: it counts from the next prompt on. */
export const createModelChoice = (
  opened: () => OpenedSession | undefined,
  initial: string | undefined,
  onRefused: (message: string) => void,
) => {
  let wanted = initial
  let applied = initial
  return {
    wanted: () => wanted,
    choose(model: string | undefined) {
      wanted = model
    },
    /** Makes the agent use it. What it does not have is left as it is, and said. */
    async apply(): Promise<void> {
      const session = opened()
      if (!session || wanted === undefined || wanted === applied) return
      applied = wanted
      try {
        await session.agent.setModel(session.sessionId, wanted)
      } catch (error) {
        if (!(error instanceof AcpClosed)) onRefused(`The model stays as it is: ${withChoice(error)}`)
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
