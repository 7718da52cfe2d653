import type { SessionStatus } from './session'

/** Statuses of a session that has ended. Apart from their schema, for zod takes longer to load than a report takes. */
export const endedStatuses: readonly SessionStatus[] = ['completed', 'failed', 'stopped']
