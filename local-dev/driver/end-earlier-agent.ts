/** Ends the agent that an earlier driver of this session has left: two must not work on the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../storage/drivers/files/process-identity'
import { signalGroup } from '../acp/process-group'

const killGraceMs = 3000
const pollMs = 50

/** SIGTERM and SIGKILL to the group that the process leads. Throws if the process is still there. */
export const endEarlierAgent = async (leader: ProcessIdentity): Promise<void> => {
  const self = ownIdentity()
  const isThere = () => livenessOf(leader, self) === 'alive'
  if (!isThere()) return
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalGroup(leader.pid, signal)
    for (let waitedMs = 0; waitedMs < killGraceMs && isThere(); waitedMs += pollMs) await sleep(pollMs)
  }
  if (isThere()) throw new Error(`the agent of an earlier driver (process ${leader.pid}) cannot be ended`)
}
