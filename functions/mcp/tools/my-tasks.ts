import * as z from 'zod'
import { cursor, limit } from '../arguments'
import { brief, briefList } from '../brief'
import { ownSession, tool } from '../tool'

export const myTasks = tool({
  name: 'my_tasks',
  description: 'The tasks of your session, in full.',
  isReadOnly: true,
  operations: ['tasks.list'],
  input: z.object({ limit, cursor }),
  async run(context, page) {
    const answer = await context.call('tasks.list', { query: { sessionId: ownSession(context), ...page } })
    return briefList('tasks', answer, (task) => brief(task))
  },
})
