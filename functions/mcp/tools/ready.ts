import * as z from 'zod'
import { cursor, limit, optionalId } from '../arguments'
import { briefList } from '../brief'
import { projectOf, tool } from '../tool'

export const ready = tool({
  name: 'ready',
  description: 'Tasks that can be started now, the first one first.',
  isForOrchestrators: true,
  isReadOnly: true,
  operations: ['tasks.ready', 'sessions.get'],
  input: z.object({
    projectId: optionalId('Default: yours'),
    under: optionalId('Only below this task'),
    limit,
    cursor,
  }),
  async run(context, { projectId, ...query }) {
    const project = await projectOf(context, projectId)
    return briefList('tasks', await context.call('tasks.ready', { query: { projectId: project, ...query } }))
  },
})
