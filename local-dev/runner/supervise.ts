import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, noteIdentity, overtaken, readGate } from './gate'
import type { Exit, Started } from './launch'

/** A process that is not our child is looked up so often, in milliseconds. */
const interval = 400
/** A process that has started passes its gate within this time, in milliseconds. */
const patience = 10_000

/** Nobody saw how. */
const unseen: Exit = { code: null, signal: null }

/** Waits until the process that passed the gate of a session has passed it; answers its pid. */
export const passedGate = async (folder: string, { pid, exit }: Started): Promise<number> => {
  let ended = false
  void exit?.then(() => {
    ended = true
  })
  for (let waited = 0; waited < patience && !ended; waited += 10) {
    const gate = await readGate(folder)
    if (gate && gate.pid !== pid) return gate.pid
    if (gate) {
      await noteIdentity(folder, pid)
      return pid
    }
    await sleep(10)
  }
  return pid
}

/** Resolves when the process of a session has ended, whoever started it. */
export const whenEnded = async (folder: string, exit: Promise<Exit> | undefined): Promise<Exit> => {
  if (exit) {
    const seen = await exit
    if (seen.code !== overtaken) return seen
  }
  for (;;) {
    const gate = await readGate(folder)
    if (!gate || !isAlive(gate)) return unseen
    await sleep(interval)
  }
}
