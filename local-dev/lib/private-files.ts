/** What is written for one user alone: prompts, output and environments hold what others must not read. */
export const privateFolder = { recursive: true, mode: 0o700 } as const
export const privateFile = { mode: 0o600 } as const
