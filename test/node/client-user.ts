/** A program of somebody who has installed the package: what they may write, and what the compiler must not let them write. */
export const clientUser = `
import { type Client, createClient, MaestroError, type MaestroEvent, type Task } from 'maestro-server/client'

const client: Client = createClient({ url: process.argv[2] ?? '' })
const project = await client.projects.create({ name: 'app' })
const task: Task = await client.tasks.create({ projectId: project.id, title: 'a task', priority: 'high' })
const spawned = await client.sessions.spawn({ projectId: project.id, taskIds: [task.id], strategy: 'queue' })
const started: string | undefined = (await client.queue.start(spawned.sessionId)).item?.taskId
const status: 'todo' | 'in_progress' | 'in_review' | 'completed' | 'cancelled' | 'blocked' = task.status
// @ts-expect-error: there is no such priority
const wrongPriority = () => client.tasks.create({ projectId: project.id, title: 'a task', priority: 'urgent' })
// @ts-expect-error: a title is required
const noTitle = () => client.tasks.create({ projectId: project.id })
// @ts-expect-error: a number is no status
const wrongStatus: number = task.status

const ending = new AbortController()
const heard = (event: MaestroEvent) => {
  if (event.type !== 'task:updated') return
  const title: string = event.data.title
  if (title === 'renamed') ending.abort()
  // @ts-expect-error: a task has no content
  event.data.content.length
}
await client.events.connect({
  signal: ending.signal,
  onEvent: heard,
  onCaughtUp: () => void client.tasks.update(task.id, { title: 'renamed' }),
})
const missing = await client.tasks.get('task_none').catch((error: unknown) => error)
if (!(missing instanceof MaestroError)) throw missing
console.log(started === task.id, status, missing.code, typeof wrongPriority, typeof noTitle, typeof wrongStatus)
process.exit(0)
`
