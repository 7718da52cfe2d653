import * as z from 'zod'
import type { Client, Session } from '../../functions/client/client'
import { changeSession } from '../agents/change-session'

/** Which runner starts a session: `metadata.runner` of the session. */
export const Claim = z.object({
  /** The runner's; a runner that is started again gets another one. */
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Unix milliseconds. */
  claimedAt: z.number(),
  /** Where its terminal is, if it has one. */
  tmux: z.object({ socket: z.string(), session: z.string() }).optional(),
})

export type Claim = z.infer<typeof Claim>

export const claimOf = ({ metadata }: Pick<Session, 'metadata'>): Claim | undefined =>
  Claim.safeParse(metadata?.runner).data

/** Whether a session was spawned and nobody has claimed it: only the server sets `run`, so no request can fake it. */
export const waitsForRunner = (session: Session): boolean =>
  session.status === 'spawning' && session.run !== undefined && claimOf(session) === undefined

/**
 * Claims a session that waits to be started, so that exactly one of several runners starts it: optimistic locking,
 * and idempotent, so that it may be repeated. `from` is a runner that has died: what it had claimed may be claimed
 * again, whatever the session's status is by now. Returns the session, or undefined if another runner has it.
 */
export const claimSession = async (
  client: Client,
  id: string,
  claim: Claim,
  from?: string,
): Promise<Session | undefined> => {
  let isOurs = false
  const session = await changeSession(client, id, (session) => {
    const holder = claimOf(session)
    isOurs = holder?.id === claim.id
    const isFree = holder ? holder.id === from : waitsForRunner(session)
    if (isOurs || !isFree) return undefined
    isOurs = true
    const { tmux } = holder ?? {}
    return { metadata: { runner: { ...claim, ...(tmux && { tmux }) } } }
  })
  return isOurs ? session : undefined
}
