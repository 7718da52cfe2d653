import { errorCodes } from './error-codes'
import { AcpError } from './errors'
import { SteeringResponse } from './protocol'
import { readAnswer } from './read-answer'

/**
 * `injected`: it is in the running turn. `promptRequired`: there was none, it has to be prompted. `startedNewTurn`: the agent
 * has begun one that no prompt answers. `unsupported`: the agent cannot be steered, and has not heard it.
 */
export type SteerOutcome = (typeof outcomes)[number] | 'unsupported'

const outcomes = ['injected', 'promptRequired', 'startedNewTurn'] as const

const method = '_session/steering'

/** Says something in the middle of a turn, by the extension that Claude's and Codex's adapters have. */
export const steer = async (
  request: (method: string, params: object) => Promise<unknown>,
  sessionId: string,
  text: string,
): Promise<SteerOutcome> => {
  const params = {
    sessionId,
    prompt: [{ type: 'text', text }],
    // Else a turn could begin that no prompt of ours answers.
    _meta: { steering: { idleBehavior: 'promptRequired' } },
  }
  const result = await request(method, params).catch((error: unknown) => {
    if (error instanceof AcpError && error.code === errorCodes.methodNotFound) return {}
    throw error
  })
  const { outcome } = readAnswer(SteeringResponse, method, result)
  // Codex's adapter answers `{}` to methods that it does not have.
  if (outcome === undefined) return 'unsupported'
  const known = outcomes.find((each) => each === outcome)
  if (known) return known
  throw new AcpError({ code: errorCodes.internal, message: `${method} was answered with ${outcome}` })
}
