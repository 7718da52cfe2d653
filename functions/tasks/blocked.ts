import * as z from 'zod'
import { BlockedTasksQuery, cursorOf } from '../../schemas/queries'
import { BlockedTask } from '../../schemas/ready'
import type { Documents } from '../../storage/documents'
import { othersTurn } from '../../storage/others-turn'
import { readerOf } from '../../storage/rules/find'
import { countWaiting, waitingIn, waits } from '../../storage/rules/ready'
import { reasonsOf } from '../../storage/rules/reasons'
import { firstItems } from '../http/first-items'
import { operation } from '../http/operation'
import { respondTexts } from '../http/respond-texts'

/** The reasons of so many are looked up before others have their turn. */
const tasksInTurn = 200

export const listBlockedTasks = operation({
  method: 'GET',
  path: '/api/tasks/blocked',
  name: 'tasks.blocked',
  sessionAccess: 'read',
  summary: 'List tasks that wait, and why',
  description: 'Those that are todo or blocked and cannot be started now, the oldest first.',
  query: BlockedTasksQuery,
  answers: { status: 200, schema: z.array(BlockedTask) },
  errors: ['TASK_NOT_FOUND'],
  example: ({ project }) => ({ query: { projectId: project } }),
  run: async (c, { query: { projectId, under, taskId, limit, cursor } }) => {
    const { workspace } = c.env
    const scope = { projectId, under }
    const { found, total } = await workspace.read((documents) => {
      const reader = readerOf(documents)
      if (taskId !== undefined) {
        const found = waits(reader, taskId, scope) ? [{ id: taskId, created: 0 }] : []
        return { found, total: found.length }
      }
      return {
        found: firstItems(waitingIn(reader, scope, cursor), limit === undefined ? undefined : limit + 1),
        total: countWaiting(reader, scope),
      }
    })
    const page = found.slice(0, limit)
    const texts: string[] = []
    for (let at = 0; at < page.length; at += tasksInTurn) {
      if (at > 0) await othersTurn()
      texts.push(...(await workspace.read(textsOf(page.slice(at, at + tasksInTurn)))))
    }
    const last = found.length > page.length ? page.at(-1) : undefined
    return respondTexts(c, texts, { total, next: last && cursorOf(last) })
  },
})

/** Each with its reasons; one that waits no more by now is left out. */
const textsOf = (tasks: readonly { id: string }[]) => (documents: Documents) => {
  const reader = readerOf(documents)
  return tasks.flatMap(({ id }) => {
    const entry = documents.get('tasks', id)
    const reasons = entry ? reasonsOf(reader, entry.read()) : []
    return entry && reasons.length > 0 ? [`{"task":${entry.brief},"reasons":${JSON.stringify(reasons)}}`] : []
  })
}
