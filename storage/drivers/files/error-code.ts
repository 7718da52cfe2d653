/** The code of a system error: `EEXIST` and the like. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** Whether the system says that there is no such file or folder. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'
