/** Whether a session is to go on whose process has ended. */
import { endedStatuses } from '../../schemas/ended-statuses'
import { retryTransient } from '../agents/change-session'
import { undefinedIfNotFound } from '../lib/not-found'
import { beatUntilDriven } from './beat'
import { claimOf } from './claim'
import type { LifecycleEvent } from './lifecycle'
import type { RunnerOptions } from './options'
import type { TrackedSession } from './tracked'

interface InspectContext {
  options: Pick<RunnerOptions, 'client' | 'claim' | 'clock'>
  signal: AbortSignal
}

/**
 * Asks the server. One that goes on gets a sign of life at once: its driver's last one is some seconds old, and until another
 * driver beats, what it has left must end, and that must start.
 */
export const inspect = async (
  { options: { client, claim, clock }, signal }: InspectContext,
  tracked: Pick<TrackedSession, 'id' | 'session'> & { state: { run: number | undefined } },
): Promise<LifecycleEvent> => {
  const { id, state } = tracked
  const session = await retryTransient(() => undefinedIfNotFound(client.sessions.get(id)), signal)
  const inspected = (session: 'lives' | 'ended' | 'foreign'): LifecycleEvent => ({
    type: 'inspected',
    session,
    now: clock(),
  })
  if (!session || session.run !== state.run || endedStatuses.includes(session.status))
    return inspected('ended')
  if (claimOf(session)?.id !== claim.id) return inspected('foreign')
  await beatUntilDriven(client, id)
  tracked.session = session
  return inspected('lives')
}
