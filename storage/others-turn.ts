/** Resolves when whoever waited has had a turn: long work is done in turns, and others are answered in between. */
export const othersTurn = () => new Promise<void>((resolve) => setTimeout(resolve))

/** Work in steps, none of which takes long; others may have their turn in between. */
export type Steps<T = void> = Generator<void, T>

/** The same of what may be done already. */
export function* stepsOf<T>(work: T | Steps<T>): Steps<T> {
  return isSteps(work) ? yield* work : work
}

const isSteps = <T>(work: T | Steps<T>): work is Steps<T> =>
  typeof work === 'object' && work !== null && 'next' in work && typeof work.next === 'function'

/** Does at most so many steps; returns what comes of the work, undefined if it is not done. */
export const someSteps = <T>(steps: Iterator<void, T>, most: number): { result: T } | undefined => {
  for (let step = 0; step < most; step++) {
    const { done, value } = steps.next()
    if (done) return { result: value }
  }
  return undefined
}

/** Does all steps of some work, with others' turn after each; resolves with what comes of it. */
export const inTurns = async <T>(steps: Iterator<void, T>): Promise<T> => {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await othersTurn()
  }
}

/** Does all steps of some work in one go. */
export const atOnce = <T>(steps: Iterator<void, T>): T => {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
