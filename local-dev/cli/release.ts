import { ReleaseOutcome } from '../../schemas/claim'
import { wholeNumber } from './arguments'
import { defineCommand } from './command'
import { ownSession } from './environment'
import { UsageError } from './exit'
import { taskLine } from './task/format'

export const command = defineCommand({
  about: 'Give a claimed task back, or say what became of it',
  example: "maestro release task_1 --completed --message 'Retry added; npm test passes'",
  args: {
    id: { type: 'positional', required: true, description: 'The task' },
    completed: { type: 'boolean', description: 'It is done' },
    failed: { type: 'boolean', description: 'It cannot be done as asked' },
    blocked: { type: 'boolean', description: 'Something stops it that this session cannot change' },
    message: { type: 'string', valueHint: 'TEXT', description: 'For the timeline of the session' },
    review: { type: 'boolean', description: 'With --completed: a person is to look at it first' },
    epoch: { type: 'string', valueHint: 'NUMBER', description: 'Only if it is still this claim' },
    force: { type: 'boolean', description: 'Take it away from whichever session has it, as a person' },
  },
  ids: { id: 'task' },
  async run({ client, args, environment }) {
    const [outcome, another] = ReleaseOutcome.options.filter((one) => args[one])
    if (another !== undefined) throw new UsageError(`Either --${outcome} or --${another}: not both`)
    const { force, review, message } = args
    const task = await client.tasks.release(String(args.id), {
      ...(force ? { force } : { sessionId: ownSession(environment) }),
      ...(outcome !== undefined && { outcome }),
      ...(review && { review }),
      ...(message !== undefined && { message }),
      ...(args.epoch !== undefined && {
        epoch: wholeNumber('--epoch', args.epoch, Number.MAX_SAFE_INTEGER),
      }),
    })
    return { json: task, text: taskLine(outcome === undefined ? 'Gave back' : 'Released', task) }
  },
})
