import * as z from 'zod'
import { optionalOnCreate, reference } from './fields'
import { objectsOf } from './lists'

/** What ended a session. */
const EndCause = z.enum(['reported', 'exited', 'start_failed', 'stopped', 'lost'])

/** What became of a task, as its session reports it. */
const Outcome = z.enum(['completed', 'failed', 'blocked'])

const docs = {
  cause: {
    description:
      'What ended it: its own report, the exit of its process, a failed start, somebody who stopped it, or the loss of its process or machine',
    examples: ['exited'],
  },
  exitCode: { description: 'Exit code of its process', examples: [1] },
  signal: { description: 'Signal that ended its process; it beats an exit code', examples: ['SIGKILL'] },
  reason: { description: 'Why it ended, in a sentence', examples: ['The tests need a database'] },
}

const TaskOutcome = z.object({
  taskId: reference().meta({
    description: 'Task of the session',
    examples: ['task_1738713700000_p9q2r5t8w'],
  }),
  outcome: Outcome.meta({ description: 'What became of it', examples: ['completed'] }),
  message: optionalOnCreate(z.string().trim().max(65_536)).meta({
    description: 'For the timeline',
    examples: ['Retry added; npm test passes'],
  }),
})

export const EndSessionRequest = z
  .object({
    cause: EndCause.meta(docs.cause),
    exitCode: optionalOnCreate(z.int()).meta(docs.exitCode),
    signal: optionalOnCreate(z.string().trim().min(1).max(100)).meta(docs.signal),
    reason: optionalOnCreate(z.string().trim().max(2000)).meta(docs.reason),
    outcomes: optionalOnCreate(objectsOf(TaskOutcome)).meta({
      description: 'What became of its tasks; of two for one task the last counts',
      examples: [[{ taskId: 'task_1738713700000_p9q2r5t8w', outcome: 'completed' }]],
    }),
  })
  .refine(
    ({ cause, exitCode, signal }) => cause !== 'exited' || exitCode !== undefined || signal !== undefined,
    { path: ['exitCode'], error: 'exitCode or signal is required when cause is "exited"' },
  )
  .meta({
    title: 'EndSessionRequest',
    description: 'Body of POST /api/sessions/{id}/end',
    if: { required: ['cause'], properties: { cause: { const: 'exited' } } },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so.
    then: {
      anyOf: [
        { required: ['exitCode'], properties: { exitCode: { type: 'integer' } } },
        { required: ['signal'], properties: { signal: { type: 'string' } } },
      ],
    },
  })

export type EndSessionRequest = z.infer<typeof EndSessionRequest>
export type TaskOutcome = z.infer<typeof TaskOutcome>
