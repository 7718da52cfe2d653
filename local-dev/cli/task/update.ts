import { UpdateTaskRequest } from '../../../schemas/task'
import { defineCommand } from '../command'
import { changeOf, fieldsFrom, flagsOf, repeatableOf } from '../fields'
import { taskFields } from './fields'
import { taskLine } from './format'

const fields = [...taskFields, 'status', 'sessionStatus']

export const command = defineCommand({
  about: 'Change a task; fields that are not given stay, those given are replaced whole',
  example: 'maestro task update task_1 --priority high --parent-id null',
  ids: { id: 'task' },
  args: {
    id: { type: 'positional', description: 'The task', required: true },
    ...flagsOf(UpdateTaskRequest.out.shape, fields),
  },
  repeatable: repeatableOf(fields),
  async run({ client, args, values }) {
    const change = changeOf(UpdateTaskRequest, fieldsFrom(values, UpdateTaskRequest.out.shape, fields))
    const task = await client.tasks.update(String(args.id), change)
    return { json: task, text: taskLine('Changed', task) }
  },
})
