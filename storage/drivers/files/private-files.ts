/**
 * What is written for one user alone, whatever the umask: documents, prompts, output and environments hold what others
 * must not read. What is there already keeps its mode.
 */
export const privateFolderMode = 0o700
export const privateFileMode = 0o600
export const privateFile = { mode: privateFileMode } as const
export const privateFolder = { recursive: true, mode: privateFolderMode } as const
