import * as z from 'zod'
import { TaskPriority, TaskStatus } from '../../../schemas/task'
import { taskId } from '../arguments'
import { brief } from '../brief'
import { tool } from '../tool'

export const updateTask = tool({
  name: 'update_task',
  description: 'Change a task; null empties a field. status todo lets it begin anew.',
  isForOrchestrators: true,
  operations: ['tasks.update'],
  input: z.object({
    taskId,
    title: z.string().optional(),
    description: z.string().nullable().optional(),
    status: TaskStatus.optional(),
    priority: TaskPriority.optional(),
    parentId: z.string().nullable().optional(),
    dependencies: z.array(z.string()).optional(),
  }),
  async run({ call }, { taskId: id, ...body }) {
    return { task: brief((await call('tasks.update', { params: { id }, body })).body) }
  },
})
