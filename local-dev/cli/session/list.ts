import { UpdateSessionRequest } from '../../../schemas/session'
import { defineCommand } from '../command'
import { filterOf } from '../fields'
import { sentence } from '../format'
import { sessionProject } from '../project/resolve'
import { sessionTable } from './format'
import { reasonsOfWaiting } from './waiting'

export const command = defineCommand({
  about: 'List sessions; in a session, those of its project',
  example: 'maestro session list --active --task-id task_1',
  args: {
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project (or its name)' },
    'task-id': { type: 'string', valueHint: 'ID', description: 'Only those that work on this task' },
    status: { type: 'string', valueHint: 'STATUS', description: 'Only with this status' },
    active: { type: 'boolean', description: 'Without those that are completed' },
  },
  async run(context) {
    const { client, args, values } = context
    const { status } = filterOf(UpdateSessionRequest.shape, values)
    const [named, taskId] = [args['project-id'], args['task-id']]
    const isAnywhere = named === undefined && taskId !== undefined
    const projectId = isAnywhere ? undefined : await sessionProject(context, named)
    const sessions = await client.sessions.list({
      projectId,
      taskId,
      status,
      ...(args.active && { active: true }),
    })
    // A mistyped id is not an empty list.
    if (sessions.length === 0 && taskId !== undefined) await client.tasks.get(taskId)
    const projects = projectId === undefined ? await client.projects.list() : []
    const waiting = context.json ? new Map<string, string>() : await reasonsOfWaiting(client, sessions)
    const notes = [...waiting].map(([id, reason]) => sentence(`${id}: ${reason}`))
    return { json: sessions, text: [sessionTable(sessions, projects), ...notes].join('\n') }
  },
})
