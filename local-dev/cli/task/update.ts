import { UpdateTaskRequest } from '../../../schemas/task'
import { defineCommand } from '../command'
import { changeOf, fieldsFrom, flagsOf, repeatableOf } from '../fields'
import { taskFields } from './fields'
import { taskLine } from './look'

const fields = [...taskFields, 'status', 'sessionStatus']

export const command = defineCommand({
  about: 'Change a task; what is not named stays, what is named is replaced whole',
  example: 'maestro task update task_1 --priority high --parent-id null',
  args: {
    id: { type: 'positional', description: 'The task', required: true },
    ...flagsOf(UpdateTaskRequest.out.shape, fields),
  },
  repeatable: repeatableOf(fields),
  async run({ client, args, values }) {
    const change = changeOf(UpdateTaskRequest, fieldsFrom(values, fields))
    const task = await client.tasks.update(String(args.id), change)
    return { json: task, text: taskLine('Changed', task) }
  },
})
