/** What runs a callback once the system was asked who waits: Node's, which a Worker may not have, nor need. */
const soon: unknown = Reflect.get(globalThis, 'setImmediate')
const afterPolling = (resolve: () => void): void => {
  if (typeof soon === 'function') soon(resolve)
  else resolve()
}

/**
 * Resolves when whoever waited has had a turn: long work is done in turns, and others are answered in between. A timer alone
 * is run, after work that took longer than it, before anybody is asked for; what comes after that comes after others.
 */
export const othersTurn = () => new Promise<void>((resolve) => setTimeout(() => afterPolling(resolve)))

/**
 * Work in steps, none of which takes long; others may have their turn in between, and are to have it after a step that was as
 * long as `aTurn`. Made by a function of its module, never by one that each request makes anew: V8 keeps something of every
 * generator function that was called until its next full collection, and with it all that the request had in memory.
 */
export type Steps<T = void> = Generator<typeof aTurn | undefined, T>

export const aTurn = 'a turn'

/** The same of what may be done already. */
export const stepsOf = <T>(work: T | Steps<T>): Steps<T> => (isSteps(work) ? work : done(work))

/** Some work, and what is made of its result. */
export function* afterSteps<T, Made>(steps: Steps<T>, make: (result: T) => Made): Steps<Made> {
  return make(yield* steps)
}

// biome-ignore lint/correctness/useYield: nothing is left to do
function* done<T>(result: T): Steps<T> {
  return result
}

const isSteps = <T>(work: T | Steps<T>): work is Steps<T> =>
  typeof work === 'object' && work !== null && 'next' in work && typeof work.next === 'function'

/**
 * Does steps until others are to have their turn: at most so many, and no more once `maxMs` are over. Returns what comes of the
 * work, undefined if it is not done. Where no time passes while work is done, as in a Worker, the steps are counted alone.
 */
export const stepsOfTurn = <T>(steps: Steps<T>, most: number, maxMs?: number): { result: T } | undefined => {
  const end = maxMs === undefined ? undefined : performance.now() + maxMs
  for (let step = 0; step < most; step++) {
    const { done, value } = steps.next()
    if (done) return { result: value }
    if (value === aTurn || (end !== undefined && performance.now() > end)) break
  }
  return undefined
}

/** Does all steps of some work, with others' turn after each; resolves with what comes of it. */
export const inTurns = async <T>(steps: Iterator<unknown, T>): Promise<T> => {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await othersTurn()
  }
}

/** Does all steps of some work in one go. */
export const atOnce = <T>(steps: Iterator<unknown, T>): T => {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
