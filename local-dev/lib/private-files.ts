/** What is written for one user alone: prompts, output and environments hold what others must not read. */
export const privateFolderMode = 0o700
export const privateFile = { mode: 0o600 } as const
