import { homedir, userInfo } from 'node:os'

/** The user's folder. An empty `HOME`, as some services have it, counts as none: else data would go into the root folder. */
export const homeFolder = (): string => homedir() || userInfo().homedir
