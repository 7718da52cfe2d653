import { isObject } from '../../schemas/fields'

/** The machine of the runner that has claimed a session, if one has. */
export const runnerHostOf = (metadata: unknown): string | undefined => {
  const runner = isObject(metadata) ? metadata.runner : undefined
  return isObject(runner) && typeof runner.host === 'string' ? runner.host : undefined
}
