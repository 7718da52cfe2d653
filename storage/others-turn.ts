/** Resolves when whoever waited has had a turn: long work is done in turns, and others are answered in between. */
export const othersTurn = () => new Promise<void>((resolve) => setTimeout(resolve))

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
