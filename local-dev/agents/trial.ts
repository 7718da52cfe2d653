/** The trial write: one turn of the model shows whether an agent asks before it does something. */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PermissionOutcome } from '../acp/agent'
import type { PermissionRequest, SessionUpdate } from '../acp/protocol'

/** `nothing was tried`: the model did not write, so that nothing is known. */
export type Trial = 'asked' | 'wrote unasked' | 'nothing was tried'

/** With some agents the last comes after the turn's answer. */
const quietMs = 1000

/** A trial with a file that is not there yet: what is said to the agent, and what is done with what it says. */
export const tryWrite = (path: string) => {
  let wasAsked = false
  let wasDone = false
  return {
    prompt: `Write the word "trial" into the file ${path}, with your own tool for writing files. Do nothing else.`,
    onUpdate(update: SessionUpdate): void {
      if (update.sessionUpdate !== 'tool_call' && update.sessionUpdate !== 'tool_call_update') return
      if (update.status === 'completed' && (update.kind === 'edit' || update.kind === 'execute'))
        wasDone = true
    },
    /** It may read; all else is refused. */
    async onPermission({ toolCall, options }: PermissionRequest): Promise<PermissionOutcome> {
      const isReading = toolCall.kind === 'read' || toolCall.kind === 'search'
      if (!isReading) wasAsked = true
      const wanted = isReading ? 'allow_once' : 'reject_once'
      const option = options.find(({ kind }) => kind === wanted)
      return option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' }
    },
    async result(): Promise<Trial> {
      await sleep(quietMs)
      // It may have asked for one thing, and done another.
      if (existsSync(path) || (wasDone && !wasAsked)) return 'wrote unasked'
      return wasAsked ? 'asked' : 'nothing was tried'
    },
  }
}
