/** Why something failed, in words: the message of an error, or whatever else was thrown as a text. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whether the system says that there is no such file or folder. */
export const isMissingFile = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
