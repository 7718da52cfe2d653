import type { Effect, Life, LifeEvent } from './lifecycle/life'
import { stepLife } from './lifecycle/lifecycle'

interface EngineOptions {
  initial: Life
  /** Writes down what must not be forgotten, before anything follows from it. */
  remember(life: Life): void
  perform(effect: Effect): void
  /** Something that must not fail has failed, such as the disk: nothing more is done. */
  onBroken(error: unknown): void
}

/** Takes one event after another, each with all of its effects; what these bring about comes after them. */
export const createEngine = ({ initial, remember, perform, onBroken }: EngineOptions) => {
  let life = initial
  let isStepping = false
  const events: LifeEvent[] = []

  const step = (event: LifeEvent) => {
    const [next, effects] = stepLife(life, event, Date.now())
    life = next
    if (effects.length === 0) return
    remember(life)
    for (const effect of effects) perform(effect)
  }

  return {
    life: () => life,
    dispatch(event: LifeEvent): void {
      events.push(event)
      if (isStepping) return
      isStepping = true
      try {
        for (let next = events.shift(); next; next = events.shift()) step(next)
      } catch (error) {
        life = { ...life, phase: 'closed' }
        onBroken(error)
      } finally {
        isStepping = false
      }
    },
  }
}
