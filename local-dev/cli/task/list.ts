import { defineCommand } from '../command'
import { sessionProject } from '../project/resolve'
import { taskTable } from './format'

export const command = defineCommand({
  about: 'List tasks; in a session, those of its project',
  example: 'maestro task list --parent-id null --status todo',
  args: {
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project' },
    status: { type: 'string', valueHint: 'STATUS', description: 'Only with this status' },
    'parent-id': {
      type: 'string',
      valueHint: 'ID',
      description: 'Only children of this task; null: only tasks without a parent',
    },
    'session-id': { type: 'string', valueHint: 'ID', description: 'Only tasks of this session' },
  },
  async run(context) {
    const { client, args } = context
    const named = args['project-id']
    // With a parent or a session, their tasks are wanted in whichever project they are.
    const isNamed = args['parent-id'] !== undefined || args['session-id'] !== undefined
    const tasks = await client.tasks.list({
      projectId: isNamed && args['parent-id'] !== 'null' ? named : await sessionProject(context, named),
      status: args.status,
      parentId: args['parent-id'],
      sessionId: args['session-id'],
    })
    return { json: tasks, text: taskTable(tasks) }
  },
})
