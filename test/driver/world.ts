// An agent, a server and people around the lifecycle of a driver: they do anything, in any order, and what must hold is
// said once more, and otherwise.
import { expect } from 'vitest'
import {
  type Effect,
  type Life,
  type LifeEvent,
  type LifeOptions,
  newLife,
} from '../../local-dev/driver/lifecycle/life'
import { stepLife } from '../../local-dev/driver/lifecycle/lifecycle'
import { act, createActs } from './acting'
import type { Deed } from './deeds'
import { newSeen, take } from './seen'

/** Runs a driver's life, and checks each of its steps. */
export const createWorld = (given: Partial<LifeOptions> = {}) => {
  const seen = newSeen()
  const { sent, settled, doubtful } = seen
  const options: LifeOptions = {
    at: seen.at,
    next: { reason: 'begin' },
    budget: { allowed: { costUsd: 100 }, extra: {}, startedAt: 0, spentUsd: 0 },
    isUnattended: false,
    stallAfterMs: 600_000,
    ...given,
  }
  let life: Life = newLife(options)
  const effects: Effect[] = []

  /** Each message is somewhere, and nowhere twice. */
  const checkMessages = () => {
    if (life.phase === 'closed') return
    for (const { id } of sent) {
      const places = [
        ...life.queue.filter((each) => each.id === id),
        ...life.handed.filter((each) => each.id === id),
        ...(life.steering?.id === id ? [id] : []),
        ...(settled.has(id) || doubtful.has(id) ? [id] : []),
      ]
      expect(places, `${id} is lost, or there twice`).toHaveLength(1)
    }
  }

  const send = (event: LifeEvent) => {
    const before = life
    const [next, caused] = stepLife(life, event, seen.at)
    life = next
    if (before.phase === 'closed') expect([next, caused]).toEqual([before, []])
    for (const effect of caused) take(seen, effect, event)
    effects.push(...caused)
    checkMessages()
    expect(life.turn.inFlight).toBe(life.phase === 'closed' ? life.turn.inFlight : seen.inFlight)
  }

  const acts = createActs({ seen, life: () => life, send, effects })

  return {
    life: () => life,
    effects,
    sent,
    settled,
    doubtful,
    do: (deed: Deed) => act(acts, deed),
    /** From now on everybody does what they should: whatever waits gets through, and it ends. */
    settleDown() {
      for (let round = 0; round < 80 && life.phase !== 'closed'; round++) {
        acts.open(false)
        acts.steered('injected')
        for (const id of [...seen.tools]) acts.tool(id, false)
        acts.answer('end_turn')
        acts.reply('continue', undefined)
        acts.wait(4)
        acts.tasks(0, 0)
        if (life.wait?.until !== undefined) acts.wait(Math.ceil((life.wait.until - seen.at) / 1000))
      }
    },
  }
}
