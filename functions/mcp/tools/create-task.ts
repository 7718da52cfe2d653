import * as z from 'zod'
import { CreateTaskRequest } from '../../../schemas/task'
import { optionalId } from '../arguments'
import { brief } from '../brief'
import { requiredProject, tool } from '../tool'

const { title, description, parentId, priority, dependencies, skillIds, model, acceptanceCriteria } =
  CreateTaskRequest.shape

export const createTask = tool({
  name: 'create_task',
  description: 'Create a task.',
  isForOrchestrators: true,
  operations: ['tasks.create', 'sessions.get'],
  input: z.object({
    projectId: optionalId('Default: yours'),
    title: title.meta({ description: '' }),
    description: description.meta({ description: 'All that its agent must know' }),
    parentId: parentId.meta({ description: '' }),
    priority: priority.meta({ description: '' }),
    dependencies: dependencies.meta({ description: 'Tasks it waits for' }),
    acceptanceCriteria: acceptanceCriteria.meta({ description: '' }),
    skillIds: skillIds.meta({ description: '' }),
    model: model.meta({ description: '' }),
  }),
  async run(context, { projectId, ...fields }) {
    const body = { projectId: await requiredProject(context, projectId), ...fields }
    return { task: brief((await context.call('tasks.create', { body })).body) }
  },
})
