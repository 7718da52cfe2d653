import { defineCommand } from '../command'
import { sessionProject } from '../project/resolve'
import { sessionTable } from './format'

export const command = defineCommand({
  about: 'List sessions; in a session, those of its project',
  example: 'maestro session list --active --task-id task_1',
  args: {
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project' },
    'task-id': { type: 'string', valueHint: 'ID', description: 'Only those that work on this task' },
    status: { type: 'string', valueHint: 'STATUS', description: 'Only with this status' },
    active: { type: 'boolean', description: 'Without those that are completed' },
  },
  async run(context) {
    const { client, args } = context
    const [named, taskId] = [args['project-id'], args['task-id']]
    const sessions = await client.sessions.list({
      projectId: taskId === undefined ? await sessionProject(context, named) : named,
      taskId,
      status: args.status,
      ...(args.active && { active: true }),
    })
    return { json: sessions, text: sessionTable(sessions) }
  },
})
