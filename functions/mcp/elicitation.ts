/** Questions that the client itself shows to its person, where it can. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredSpec,
  inputRequired,
  inputResponse,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import * as z from 'zod'
import { isObject } from '../../schemas/fields'
import type { Asking, Form, FormAnswer } from './tool'

/** Thrown to end a call whose answer the client has to ask for. */
export class AskInClient extends Error {
  readonly input: InputRequiredSpec

  constructor(input: InputRequiredSpec) {
    super('The client asks')
    this.input = input
  }
}

const key = 'answer'

/** How this client can be asked. Of the older ones, only who stays connected; of the newer ones, by a second call. */
export const askingFor = (server: Server, { mcpReq }: ServerContext): Asking => {
  const { envelope } = mcpReq
  if (envelope === undefined)
    return canAsk(server.getClientCapabilities())
      ? {
          person: async (form, signal) =>
            answerIn(await mcpReq.elicitInput(shownIn(form), { signal, timeout: longMs })),
        }
      : {}
  const state = mcpReq.requestState()
  const response = inputResponse(mcpReq.inputResponses, key)
  if (typeof state === 'string' && response.kind === 'elicit')
    return { answered: { requestId: state, answer: answerIn(response) } }
  if (!canAsk(new Map<string, unknown>(Object.entries(envelope)).get(CLIENT_CAPABILITIES_META_KEY))) return {}
  return {
    inClient(form, requestId) {
      throw new AskInClient({
        inputRequests: { [key]: inputRequired.elicit(shownIn(form)) },
        requestState: requestId,
      })
    },
  }
}

/** The call itself ends before. */
const longMs = 60_000

const Capabilities = z.looseObject({
  elicitation: z.looseObject({ form: z.unknown().optional(), url: z.unknown().optional() }).optional(),
})

const canAsk = (capabilities: unknown): boolean => {
  const { elicitation } = Capabilities.safeParse(capabilities).data ?? {}
  // One that says nothing of how shows forms.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
}

const shownIn = ({ title, detail, options }: Form) => {
  const text = { type: 'string' as const, title: 'Answer' }
  const choice = { ...text, oneOf: options.map(({ id, label }) => ({ const: id, title: label })) }
  const name = options.length > 0 ? 'optionId' : 'text'
  return {
    mode: 'form' as const,
    message: detail ? `${title}\n\n${detail}` : title,
    requestedSchema: {
      type: 'object' as const,
      properties: { [name]: options.length > 0 ? choice : text },
      required: [name],
    },
  }
}

/** What was answered; undefined where it was declined, or is nothing. */
const answerIn = ({ action, content }: { action: string; content?: unknown }): FormAnswer | undefined => {
  if (action !== 'accept' || !isObject(content)) return undefined
  const { optionId, text } = content
  if (typeof optionId === 'string' && optionId !== '') return { optionId }
  return typeof text === 'string' && text.trim() !== '' ? { text } : undefined
}
