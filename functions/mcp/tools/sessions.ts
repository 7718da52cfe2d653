import * as z from 'zod'
import { SessionStatus } from '../../../schemas/session'
import { cursor, limit, optionalId } from '../arguments'
import { briefList } from '../brief'
import { projectOf, tool } from '../tool'

export const sessions = tool({
  name: 'sessions',
  description: 'Sessions of a project, in short.',
  isForOrchestrators: true,
  isReadOnly: true,
  operations: ['sessions.list', 'sessions.get'],
  input: z.object({
    projectId: optionalId('Default: yours'),
    status: SessionStatus.optional(),
    taskId: optionalId('Only those on this task'),
    parentSessionId: optionalId('Only those that it spawned'),
    limit,
    cursor,
  }),
  async run(context, { projectId, ...query }) {
    const project = await projectOf(context, projectId)
    return briefList(
      'sessions',
      await context.call('sessions.list', { query: { projectId: project, ...query } }),
    )
  },
})
