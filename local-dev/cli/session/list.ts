import { defineCommand } from '../command'
import { projectNamed } from '../project/chosen'
import { sessionTable } from './look'

export const command = defineCommand({
  about: 'List sessions: in a session, of its project; else of all',
  example: 'maestro session list --active --task-id task_1',
  args: {
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project' },
    'task-id': { type: 'string', valueHint: 'ID', description: 'Only those that work on this task' },
    status: { type: 'string', valueHint: 'STATUS', description: 'Only with this status' },
    active: { type: 'boolean', description: 'Leave out those that are completed' },
  },
  async run(call) {
    const { client, args } = call
    const [named, taskId] = [args['project-id'], args['task-id']]
    const sessions = await client.sessions.list({
      projectId: taskId === undefined ? await projectNamed(call, named) : named,
      taskId,
      status: args.status,
      ...(args.active && { active: true }),
    })
    return { json: sessions, text: sessionTable(sessions) }
  },
})
