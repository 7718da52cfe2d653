import { homedir, userInfo } from 'node:os'

/** The user's folder. An empty `HOME`, as some services have it, counts as none: else data would go into the root folder. */
export const homeFolder = (): string => homedir() || userInfo().homedir

/** The same of an environment that somebody else will have, or that a test gives. */
export const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME || homeFolder()
