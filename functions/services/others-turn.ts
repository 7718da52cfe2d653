/** Long work is done in turns of at most so many milliseconds: others are answered in between. */
export const maxTurnMs = 5

/** Resolves when whoever waited has had a turn. */
export const othersTurn = () => new Promise<void>((resolve) => setTimeout(resolve))
