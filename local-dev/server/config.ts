/** Where a developer's machine differs from a Worker: paths, and a home directory. */
import { resolve } from 'node:path'
import { type ConfigResult, configFrom } from '../../schemas/config'

/**
 * The configuration of this process, or every problem with it at once. Paths are absolute: `~` is `home`,
 * relative ones start at the working directory.
 */
export const readConfig = (env: NodeJS.ProcessEnv, home: string): ConfigResult =>
  configFrom(env, (path) => resolve(path.replace(/^~(?=$|[\\/])/, () => home)))
