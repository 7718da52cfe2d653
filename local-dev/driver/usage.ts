/** What an agent has used: agents tell the tokens of a turn, and what their session has cost until now. */
import * as z from 'zod'
import type { TurnUsage } from '../acp/protocol'

const amount = z.number().min(0)

export const UsageState = z.object({
  inputTokens: amount.optional(),
  outputTokens: amount.optional(),
  turns: amount.default(0),
  /** What earlier processes of the agent have cost, as far as the present one does not count it. */
  costBefore: amount.default(0),
  /** As the present process has told it. */
  costTold: amount.optional(),
})
export type UsageState = z.infer<typeof UsageState>

export const noUsage: UsageState = { turns: 0, costBefore: 0 }

/** The tokens of a turn. Whether those from a cache count as input differs from agent to agent: the sum tells. */
export const addTurn = (
  state: UsageState,
  { inputTokens, outputTokens, totalTokens }: TurnUsage = {},
): UsageState => {
  const output = outputTokens ?? 0
  const input = Math.max(inputTokens ?? 0, (totalTokens ?? 0) - output)
  const isKnown = inputTokens !== undefined || totalTokens !== undefined
  return {
    ...state,
    turns: state.turns + 1,
    ...(isKnown && { inputTokens: Math.round((state.inputTokens ?? 0) + input) }),
    ...(outputTokens !== undefined && { outputTokens: Math.round((state.outputTokens ?? 0) + output) }),
  }
}

/** What the session has cost until now. A process that begins at nothing again does not make it less. */
export const setCost = (state: UsageState, costUsd: number): UsageState => {
  if (!(costUsd >= 0) || !Number.isFinite(costUsd)) return state
  const { costTold = 0, costBefore } = state
  return { ...state, costTold: costUsd, ...(costUsd < costTold && { costBefore: costBefore + costTold }) }
}

export const costOf = ({ costBefore, costTold }: UsageState): number => costBefore + (costTold ?? 0)

/** As the session has it. */
export const usageOf = (state: UsageState) => ({
  ...(state.inputTokens !== undefined && { inputTokens: state.inputTokens }),
  ...(state.outputTokens !== undefined && { outputTokens: state.outputTokens }),
  ...((state.costTold !== undefined || state.costBefore > 0) && { costUsd: costOf(state) }),
  turns: state.turns,
})
