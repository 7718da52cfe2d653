import { maxWaitSeconds } from '../../schemas/claim'
import { wholeNumber } from './arguments'
import { defineCommand } from './command'
import { sessionProject } from './project/resolve'
import { taskTable } from './task/format'

/** As many as a person or an agent reads. */
const defaultLimit = 20

export const command = defineCommand({
  about: 'List tasks that can be started now; in a session, those of its project',
  example: 'maestro ready --under task_1 --json',
  args: {
    under: { type: 'string', valueHint: 'ID', description: 'Only those below this task, however deep' },
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project (or its name)' },
    limit: {
      type: 'string',
      valueHint: 'NUMBER',
      description: `At most so many; default ${defaultLimit}`,
    },
    wait: {
      type: 'string',
      valueHint: 'SECONDS',
      description: `Where none is ready: wait until one is, at most so long (up to ${maxWaitSeconds})`,
    },
  },
  async run(context) {
    const { client, args } = context
    const limit = args.limit === undefined ? defaultLimit : wholeNumber('--limit', args.limit, 1000)
    const waitSeconds = args.wait === undefined ? undefined : wholeNumber('--wait', args.wait, maxWaitSeconds)
    const projectId = await sessionProject(context, args['project-id'])
    const { under } = args
    const { items, total } = await client.tasks.readyPage({ projectId, under, limit, waitSeconds })
    const projects = projectId === undefined ? await client.projects.list() : []
    const more = total > items.length ? `\n${total - items.length} more` : ''
    return { json: items, text: taskTable(items, projects) + more }
  },
})
