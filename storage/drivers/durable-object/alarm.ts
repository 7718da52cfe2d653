import type { DurableObjectStorage } from '@cloudflare/workers-types'

/** An object has one alarm, for everything that is to be done later: it is set to the earliest time. */
export interface Alarm {
  /** When something is due, in Unix milliseconds; undefined: not any more. It may ring earlier. */
  set(what: string, time: number | undefined): void
  /** To be called when it rings, before what is due is done: each then says when it is due again. */
  rang(): void
}

export const createAlarm = (storage: DurableObjectStorage): Alarm => {
  const times = new Map<string, number>()
  let setTo = Number.POSITIVE_INFINITY

  const schedule = () => {
    const next = Math.min(...times.values())
    if (next >= setTo) return
    setTo = next
    void storage.setAlarm(next)
  }
  return {
    set(what, time) {
      if (time === undefined) times.delete(what)
      else times.set(what, time)
      schedule()
    },
    rang() {
      times.clear()
      setTo = Number.POSITIVE_INFINITY
    },
  }
}
