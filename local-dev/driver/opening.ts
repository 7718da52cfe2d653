/** The agent's session is there: what became of what was being handed over, and how it goes on. */
import type { Client } from '../../functions/client/client'
import { tellSender } from './hand-over'
import type { createIntroduction } from './introduction'
import type { LifeEvent, Prompt, Said } from './lifecycle/life'
import type { Memory } from './memory'
import { isMessage, type Messages } from './messages'
import type { OpenedSession } from './open-session'
import { judge, messagesInDoubt } from './recover'
import type { Reports } from './reports'
import type { Requests } from './requests'

interface OpeningOptions {
  client: Client
  sessionId: string
  prompt: string
  memory: Memory
  messages: Messages
  requests: Requests
  reports: Reports
  introduction: ReturnType<typeof createIntroduction>
  signal: AbortSignal
  dispatch(event: LifeEvent): void
}

export const createOpening = (options: OpeningOptions) => {
  const { client, sessionId, prompt, memory, messages, requests, reports, introduction, signal, dispatch } =
    options
  let isFirst = true
  const doubtful: Said[] = []

  const settleUnknown = (said: Said) => {
    if (!isMessage(said)) return
    messages.update(said.id, 'unknown', 'Its agent was interrupted at that moment')
    reports.note('error', `Whether the message ${said.id} has arrived is not known: it is not sent again`)
    void tellSender(client, said, sessionId)
  }

  /** Messages of which the earlier process may have heard are told again only if it has not. */
  const settleDoubtful = async (opened: OpenedSession) => {
    const found = isFirst && memory.earlier ? await messagesInDoubt(client, sessionId, signal) : undefined
    const all = [...doubtful.splice(0), ...(found?.doubtful ?? [])]
    if (all.length === 0) return
    const earlier =
      found?.earlier ?? (await client.messages.list(sessionId, { state: 'delivered' })).map(({ id }) => id)
    const history = opened.isLoaded ? opened.history : undefined
    const { delivered, again, unknown } = judge(all, earlier, prompt, history)
    for (const said of delivered) settleDelivered(said)
    for (const said of unknown) settleUnknown(said)
    for (const said of again) dispatch({ type: 'said', said })
  }

  const settleDelivered = (said: Said) => {
    if (isMessage(said)) messages.update(said.id, 'delivered')
    else requests.delivered(said.id)
  }

  const noteHow = ({ isLoaded, notLoaded }: OpenedSession) => {
    if (isLoaded) reports.note('progress', 'The agent goes on in a new process, with the session that it had')
    else if (notLoaded !== undefined)
      reports.note('progress', `The agent goes on in a new session, without what it knew: ${notLoaded}`)
  }

  /** What it is told first by this driver; undefined: nothing yet. */
  const firstPrompt = (): Prompt | undefined => {
    const { earlier, isRestart } = memory
    if (isRestart)
      return { reason: 'begin', note: 'Your session was started again. What it is about follows once more.' }
    if (!earlier?.isIntroduced) return { reason: 'begin' }
    return earlier.isInTurn ? { reason: 'resume' } : undefined
  }

  return {
    /** What only the agent's history can tell, once it is loaded. */
    doubt: (said: readonly Said[]) => void doubtful.push(...said),
    settleDelivered,
    settleUnknown,
    async onOpened(opened: OpenedSession): Promise<void> {
      memory.change({ acpSessionId: opened.sessionId })
      introduction.begin(opened)
      noteHow(opened)
      await settleDoubtful(opened)
      const next = isFirst ? firstPrompt() : undefined
      isFirst = false
      dispatch({
        type: 'opened',
        isSteerable: opened.agent.capabilities.steering,
        ...(next && { next }),
      })
    },
  }
}
