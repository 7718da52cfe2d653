/** A turn of an agent: what begins it, what counts to it, and when it is over. */

/** Agents say more after the answer that ends their turn: it is over when nothing has come for so long. */
export const quietMs = 3000
/** So long an agent may take to answer a turn that was cancelled. */
const cancelTimeoutMs = 15_000

export interface Turn {
  /** How many prompts there were: the number of the last one. */
  prompts: number
  /** The number of the prompt that is not answered yet. There is never more than one. */
  inFlight: number | undefined
  /** Tool calls that have begun and not ended. */
  openTools: readonly string[]
  /** Whether something has been done since the last turn was over. */
  isActive: boolean
  /** Whether the agent has done something since the last prompt. */
  hasBegun: boolean
  /** When the agent was last heard of, or prompted, in milliseconds. */
  heardAt: number
  /** When the prompt in flight was cancelled. */
  cancelledAt: number | undefined
}

export type TurnEvent =
  | { type: 'prompted' }
  /** `isWork`: what an agent says that does something, and not of its commands or its usage. */
  | { type: 'heard'; isWork: boolean; tool?: { id: string; isOpen: boolean } | undefined }
  /** It has begun a turn that no prompt answers. */
  | { type: 'began' }
  /** `isAborted`: what was open then is not ended any more. */
  | { type: 'answered'; number: number; isAborted: boolean }
  | { type: 'cancelled' }
  /** Its process was replaced by another one, which knows of no turn. */
  | { type: 'replaced' }
  | { type: 'settled' }

export const newTurn = (at: number): Turn => ({
  prompts: 0,
  inFlight: undefined,
  openTools: [],
  isActive: false,
  hasBegun: false,
  heardAt: at,
  cancelledAt: undefined,
})

/** Throws if a prompt is sent while another one is not answered. */
export const stepTurn = (turn: Turn, event: TurnEvent, at: number): Turn => {
  switch (event.type) {
    case 'prompted': {
      if (turn.inFlight !== undefined) throw new Error('A prompt is in flight already')
      const number = turn.prompts + 1
      return { ...turn, prompts: number, inFlight: number, isActive: true, hasBegun: false, heardAt: at }
    }
    case 'heard': {
      const { isWork, tool } = event
      const heard = { ...turn, heardAt: at, openTools: withTool(turn.openTools, tool) }
      return isWork ? { ...heard, isActive: true, hasBegun: true } : heard
    }
    case 'began':
      return { ...turn, heardAt: at, isActive: true, hasBegun: true }
    case 'answered':
      // Some agents answer a cancelled prompt twice: the second answer is nobody's.
      if (event.number !== turn.inFlight) return turn
      return {
        ...turn,
        inFlight: undefined,
        cancelledAt: undefined,
        heardAt: at,
        openTools: event.isAborted ? [] : turn.openTools,
      }
    case 'cancelled':
      return turn.inFlight === undefined ? turn : { ...turn, cancelledAt: turn.cancelledAt ?? at }
    case 'replaced':
      return { ...turn, inFlight: undefined, cancelledAt: undefined, openTools: [], heardAt: at }
    case 'settled':
      return { ...turn, isActive: false, openTools: [] }
  }
}

const withTool = (open: readonly string[], tool: { id: string; isOpen: boolean } | undefined) => {
  if (!tool || tool.isOpen === open.includes(tool.id)) return open
  return tool.isOpen ? [...open, tool.id] : open.filter((id) => id !== tool.id)
}

/** Whether a turn was, and is over. */
export const isOver = ({ isActive, inFlight, openTools, heardAt }: Turn, at: number): boolean =>
  isActive && inFlight === undefined && openTools.length === 0 && at - heardAt >= quietMs

/** Whether the agent does not answer what was cancelled: only the end of its process ends that turn. */
export const isCancelOverdue = ({ cancelledAt }: Turn, at: number): boolean =>
  cancelledAt !== undefined && at - cancelledAt >= cancelTimeoutMs
