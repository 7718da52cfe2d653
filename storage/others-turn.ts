/** Resolves when whoever waited has had a turn: long work is done in turns, and others are answered in between. */
export const othersTurn = () => new Promise<void>((resolve) => setTimeout(resolve))
