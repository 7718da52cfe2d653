import * as z from 'zod'
import { ReleaseTaskRequest } from '../../../schemas/claim'
import { taskId } from '../arguments'
import { brief } from '../brief'
import { ownSession, tool } from '../tool'

const { epoch, outcome, message, review } = ReleaseTaskRequest.shape

export const release = tool({
  name: 'release',
  description: 'End your claim of a task: with what became of it, or without outcome for others to take.',
  operations: ['tasks.release'],
  input: z.object({
    taskId,
    outcome: outcome.meta({ description: '' }),
    message: message.meta({ description: 'What was done, or why not' }),
    review: review.meta({ description: 'With completed: a person looks first' }),
    epoch: epoch.meta({ description: 'Of your claim' }),
  }),
  async run(context, { taskId: id, ...body }) {
    const sessionId = ownSession(context)
    const { body: task } = await context.call('tasks.release', {
      params: { id },
      body: { sessionId, ...body },
    })
    const { status, sessionStatus } = brief(task)
    return { taskId: id, status, sessionStatus }
  },
})
