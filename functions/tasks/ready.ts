import * as z from 'zod'
import { ReadyTasksQuery, readyCursorOf } from '../../schemas/queries'
import { Task } from '../../schemas/task'
import { readerOf } from '../../storage/rules/find'
import { countReady, readyIn } from '../../storage/rules/ready'
import { firstItems } from '../http/first-items'
import { operation } from '../http/operation'
import { respondTexts } from '../http/respond-texts'
import { untilThere } from '../http/until-there'

export const listReadyTasks = operation({
  method: 'GET',
  path: '/api/tasks/ready',
  name: 'tasks.ready',
  sessionAccess: 'read',
  summary: 'List tasks that can be started now',
  description:
    'Those that nobody has begun, whose dependencies are done, whose children are done or cancelled, and which no living session of strategy simple or queue has: high priority first, then the oldest.',
  query: ReadyTasksQuery,
  answers: { status: 200, schema: z.array(Task) },
  errors: ['TASK_NOT_FOUND'],
  example: ({ project }) => ({ query: { projectId: project, limit: 20 } }),
  run: async (c, { query: { projectId, under, limit, cursor, waitSeconds = 0 } }) => {
    const { workspace } = c.env
    const scope = { projectId, under }
    if (waitSeconds > 0)
      await untilThere(c, waitSeconds * 1000, () =>
        workspace.read((documents) => firstItems(readyIn(readerOf(documents), scope), 1).length > 0),
      )
    const { found, texts, total } = await workspace.read((documents) => {
      const reader = readerOf(documents)
      const ready = firstItems(readyIn(reader, scope, cursor), limit === undefined ? undefined : limit + 1)
      const page = ready.slice(0, limit)
      return {
        found: ready,
        texts: page.flatMap(({ id }) => documents.get('tasks', id)?.brief ?? []),
        total: countReady(reader, scope),
      }
    })
    const last = limit === undefined || found.length <= limit ? undefined : found[limit - 1]
    return respondTexts(c, texts, { total, next: last && readyCursorOf(last.rank, last) })
  },
})
