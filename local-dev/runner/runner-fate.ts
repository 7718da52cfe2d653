/** Whether the runner that wrote a state still lives, also after a reboot and under another host name. */
import { livenessOf, type ProcessIdentity } from '../../storage/drivers/files/process-identity'

/** A runner, as far as its state says who it is. */
export interface Self {
  process: ProcessIdentity
  host: string
  /** Undefined where the machine has no id that stays. */
  machine?: string | undefined
}

/** `unknown` of a runner of another machine, or of another container. */
export const fateOf = (runner: Self, self: Self): 'alive' | 'dead' | 'unknown' => {
  const liveness = livenessOf(runner.process, self.process)
  if (liveness !== 'unknown') return liveness
  const isSameHost = runner.host === self.host
  // Of this boot, but of another pid namespace: a container that was started again keeps its name.
  if (runner.process.bootId === self.process.bootId) return isSameHost ? 'dead' : 'unknown'
  const areKnown = runner.machine !== undefined && self.machine !== undefined
  const isSameMachine = areKnown ? runner.machine === self.machine : isSameHost
  if (!isSameMachine) return 'unknown'
  // Where there is no boot to read, the name of the host stands for it, and that may change while a process lives.
  if (areKnown && hasNoBoot(runner.process) && hasNoBoot(self.process))
    return livenessOf({ ...runner.process, bootId: self.process.bootId }, self.process)
  return 'dead'
}

const hasNoBoot = ({ bootId }: ProcessIdentity) => bootId.startsWith('host:')
