import { defineCommand } from '../command'
import { projectNamed } from '../project/chosen'
import { taskTable } from './look'

export const command = defineCommand({
  about: 'List tasks: in a session, of its project; else of all',
  example: 'maestro task list --parent-id null --status todo',
  args: {
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project' },
    status: { type: 'string', valueHint: 'STATUS', description: 'Only with this status' },
    'parent-id': {
      type: 'string',
      valueHint: 'ID',
      description: 'Only children of this task; null: only roots',
    },
    'session-id': { type: 'string', valueHint: 'ID', description: 'Only tasks of this session' },
  },
  async run(call) {
    const { client, args } = call
    const named = args['project-id']
    // Who names a parent or a session means their tasks, wherever they are.
    const isNamed = args['parent-id'] !== undefined || args['session-id'] !== undefined
    const tasks = await client.tasks.list({
      projectId: isNamed && args['parent-id'] !== 'null' ? named : await projectNamed(call, named),
      status: args.status,
      parentId: args['parent-id'],
      sessionId: args['session-id'],
    })
    return { json: tasks, text: taskTable(tasks) }
  },
})
