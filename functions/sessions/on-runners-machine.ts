import { apiError } from '../../schemas/errors'
import type { RequestContext } from '../services/app-services'
import { runnerHostOf } from './runner-host'

/** What is said where the files of a session are not on this server's machine. */
interface Elsewhere {
  /** Nobody knows where they are. */
  somewhere: string
  /** They are on the machine of its runner. */
  on(host: string): string
}

/**
 * What reads files of a session, where this server shares a machine with its runner. Throws `NOT_IMPLEMENTED` where it does not,
 * or where the server has none of that: hosted.
 */
export const onRunnersMachine = <T>(
  { env: { machine } }: RequestContext,
  { metadata }: { metadata?: unknown },
  reader: T | undefined,
  { somewhere, on }: Elsewhere,
): T => {
  const host = runnerHostOf(metadata)
  if (reader && (host === undefined || host === machine.hostname)) return reader
  throw host === undefined
    ? apiError('NOT_IMPLEMENTED', somewhere)
    : apiError('NOT_IMPLEMENTED', on(host), { host })
}
