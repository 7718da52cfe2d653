import * as z from 'zod'
import { Drive } from './agent'
import { count, reference, requiredText, timestamp } from './fields'

/** As `maestro run` makes it: its process and a random part, so another one for every start. */
export const RunnerId = z
  .string()
  .regex(/^\d{1,10}-[0-9a-f]{12}$/, 'id must be as "maestro run" makes it: PID-12 hexadecimal digits')
  .meta({ description: 'Id of the runner', examples: ['4711-1f0c9a3b5d7e'] })

const host = requiredText(255).meta({ description: 'Machine that it runs on', examples: ['ada-laptop'] })

const agentFields = {
  name: requiredText(100).meta({
    description: 'What a spawn or --agent calls it',
    examples: ['claude'],
  }),
  version: requiredText(100)
    .optional()
    .meta({ description: 'Its version, where that is known', examples: ['2.1.0'] }),
  drive: Drive.meta({ description: 'How it is driven there', examples: ['terminal'] }),
}

const statusFields = {
  host,
  pid: count('Its process', 4711),
  places: count('How many sessions it runs at once', 4),
  waiting: z
    .array(
      z.object({
        sessionId: reference().meta({
          description: 'The session',
          examples: ['sess_1738713800000_m4n5o6p7q'],
        }),
        reason: requiredText(500).meta({
          description: 'Why it is not started yet',
          examples: ['It waits for a place: all 4 are taken'],
        }),
      }),
    )
    .max(1000)
    .meta({ description: 'Sessions that it has not started yet', examples: [[]] }),
  agents: z
    .array(z.object(agentFields))
    .max(100)
    .meta({ description: 'Agents that it can start', examples: [[{ name: 'claude', drive: 'terminal' }]] }),
  worktrees: z
    .boolean()
    .optional()
    .meta({
      description: 'Whether a session gets a worktree there where its spawn does not say; default false',
      examples: [true],
    }),
}

/** What a runner tells of itself. */
export const UpdateRunnerRequest = z
  .object(statusFields)
  .meta({ title: 'UpdateRunnerRequest', description: 'What a runner tells of itself, every 10 s' })

export type UpdateRunnerRequest = z.infer<typeof UpdateRunnerRequest>

export const Runner = z
  .object({ id: RunnerId, ...statusFields, seenAt: timestamp('When it told this') })
  .meta({ title: 'Runner', description: 'A runner that is there: it told so in the last 30 s' })

export type Runner = z.infer<typeof Runner>

export const RunnerAgent = z
  .object({ ...agentFields, runnerId: RunnerId, host })
  .meta({ title: 'RunnerAgent', description: 'An agent that a runner which is there can start' })

export type RunnerAgent = z.infer<typeof RunnerAgent>
