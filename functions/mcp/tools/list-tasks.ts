import * as z from 'zod'
import { TaskStatus } from '../../../schemas/task'
import { cursor, limit, optionalId } from '../arguments'
import { briefList } from '../brief'
import { projectOf, tool } from '../tool'

export const listTasks = tool({
  name: 'list_tasks',
  description: 'Tasks of a project, in short.',
  isForOrchestrators: true,
  isReadOnly: true,
  operations: ['tasks.list', 'sessions.get'],
  input: z.object({
    projectId: optionalId('Default: yours'),
    status: TaskStatus.optional(),
    parentId: optionalId('Only below this task; null: only root tasks'),
    q: z.string().optional().meta({ description: 'Text in title or description' }),
    limit,
    cursor,
  }),
  async run(context, { projectId, ...query }) {
    const project = await projectOf(context, projectId)
    return briefList('tasks', await context.call('tasks.list', { query: { projectId: project, ...query } }))
  },
})
