/** Why something failed, in words: the message of an error, or whatever else was thrown as a text. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
