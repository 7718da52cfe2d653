/** Prompts, and what goes into the running turn: noted with the server before the agent has it. */
import type { Client } from '../../functions/client/client'
import type { TurnAnswer } from '../acp/agent'
import { AcpClosed, AcpError } from '../acp/errors'
import { isLoginProblem } from '../acp/login-problem'
import { isUsageLimit, type UsageLimit } from '../acp/usage-limit'
import { reasonOf } from '../lib/reason'
import type { Effect, LifeEvent, Problem, Said } from './lifecycle/life'
import type { Messages } from './messages'
import type { OpenedSession } from './open-session'
import { saidText } from './prompts'

interface HandOverOptions {
  messages: Messages
  opened(): OpenedSession | undefined
  /** What is said, all of it. */
  textOf(effect: Extract<Effect, { type: 'prompt' }>, said: readonly Said[]): string
  /** Makes the agent use the model that was chosen, if it does not yet. */
  applyModel(): Promise<void>
  login: string | undefined
  onSending(text: string): void
  onAnswer(answer: TurnAnswer): void
  /** A limit of which the agent has told since the prompt. */
  takeLimit(): UsageLimit | undefined
  dispatch(event: LifeEvent): void
}

export const createHandOver = (options: HandOverOptions) => {
  const { messages, dispatch } = options
  /** Numbers of prompts that were cancelled before they were sent. */
  let cancelledUnsent: number | undefined
  let sending: number | undefined

  const prompt = async (effect: Extract<Effect, { type: 'prompt' }>): Promise<void> => {
    const { number } = effect
    sending = number
    const said = await messages.sending(effect.said)
    await options.applyModel()
    sending = undefined
    const text = options.textOf(effect, said)
    const opened = options.opened()
    // An agent that is cancelled in the moment of its prompt may never answer it.
    if (!opened || cancelledUnsent === number || text === '')
      return dispatch({ type: 'unsent', number, said: text === '' ? [] : said })
    options.onSending(text)
    try {
      const answer = await opened.agent.prompt(opened.sessionId, [{ type: 'text', text }])
      options.onAnswer(answer)
      const limit = options.takeLimit()
      if (limit && answer.stopReason !== 'cancelled')
        return dispatch({
          type: 'failed',
          number,
          problem: limitProblem(limit, 'It has reached its usage limit'),
        })
      dispatch({ type: 'answered', number, stopReason: answer.stopReason })
    } catch (error) {
      // That its process has ended is told by the process.
      if (error instanceof AcpClosed) return
      dispatch({ type: 'failed', number, problem: problemOf(error, options.login, options.takeLimit()) })
    }
  }

  const steer = async (said: Said): Promise<void> => {
    const { id } = said
    const outcome = await steeringOutcome(said)
    if (outcome) dispatch({ type: 'steered', id, outcome })
  }

  const steeringOutcome = async (said: Said) => {
    const [accepted] = await messages.sending([said])
    const opened = options.opened()
    if (!accepted || !opened) return 'promptRequired'
    try {
      return await opened.agent.steer(opened.sessionId, saidText(said))
    } catch (error) {
      if (error instanceof AcpClosed) return undefined
      // Who is not let in has not said anything.
      return isLoginProblem(error) ? 'promptRequired' : 'unknown'
    }
  }

  return {
    prompt,
    steer,
    cancel() {
      if (sending !== undefined) cancelledUnsent = sending
      else {
        const opened = options.opened()
        opened?.agent.cancel(opened.sessionId)
      }
    },
  }
}

const limitProblem = ({ resetsAt }: UsageLimit, message: string): Problem => ({
  kind: 'limit',
  message,
  ...(resetsAt !== undefined && { resetsAt }),
})

/** What keeps an agent from answering, or from beginning. */
export const problemOf = (error: unknown, login: string | undefined, limit?: UsageLimit): Problem => {
  const message = messageOf(error)
  const signIn = error instanceof AcpError ? isLoginProblem(error) : undefined
  if (signIn) return { kind: 'login', message, command: signIn.command ?? login }
  const found = (error instanceof AcpError ? isUsageLimit(error) : undefined) ?? limit
  return found ? limitProblem({ ...limit, ...found }, message) : { kind: 'other', message }
}

const messageOf = (error: unknown): string => {
  const data = error instanceof AcpError ? error.data : undefined
  const more = typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data)
  const text = more && !reasonOf(error).includes(more) ? `${reasonOf(error)} (${more})` : reasonOf(error)
  return text.slice(0, 1500)
}

/** Tells whoever sent a message that nobody knows whether it has arrived. */
export const tellSender = async (client: Client, { id, from }: Said, sessionId: string): Promise<void> => {
  if (!from.startsWith('sess_')) return
  await client.messages
    .create(from, {
      text: `Your message ${id} to ${sessionId} may or may not have arrived: its agent was interrupted at that moment. It is not sent again.`,
      mode: 'queue',
      key: `unknown-${id}`,
    })
    .catch(() => undefined)
}
