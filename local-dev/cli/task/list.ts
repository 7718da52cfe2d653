import { UpdateTaskRequest } from '../../../schemas/task'
import { defineCommand } from '../command'
import { filterOf } from '../fields'
import { sessionProject } from '../project/resolve'
import { taskTable } from './format'

export const command = defineCommand({
  about: 'List tasks; in a session, those of its project',
  example: 'maestro task list --parent-id null --status todo',
  args: {
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project (or its name)' },
    status: { type: 'string', valueHint: 'STATUS', description: 'Only with this status' },
    'parent-id': {
      type: 'string',
      valueHint: 'ID',
      description: 'Only children of this task; null: only tasks without a parent',
    },
    query: {
      type: 'string',
      valueHint: 'WORDS',
      description: 'Only those whose title or description holds this text',
    },
    'session-id': { type: 'string', valueHint: 'ID', description: 'Only tasks of this session' },
  },
  async run(context) {
    const { client, args, values } = context
    const { status } = filterOf(UpdateTaskRequest.out.shape, values)
    const { 'parent-id': parentId, 'session-id': sessionId, query: q } = args
    // With a parent or a session, their tasks are wanted in whichever project they are.
    const isAnywhere = args['project-id'] === undefined && (sessionId !== undefined || isTask(parentId))
    const projectId = isAnywhere ? undefined : await sessionProject(context, args['project-id'])
    const tasks = await client.tasks.list({ projectId, status, parentId, sessionId, q })
    // A mistyped id is not an empty list.
    if (tasks.length === 0 && isTask(parentId)) await client.tasks.get(parentId)
    if (tasks.length === 0 && sessionId !== undefined) await client.sessions.get(sessionId)
    const projects = projectId === undefined ? await client.projects.list() : []
    return { json: tasks, text: taskTable(tasks, projects) }
  },
})

const isTask = (parentId: string | undefined): parentId is string =>
  parentId !== undefined && parentId !== 'null'
