/** A server in this process, a session of three tasks at a time, and `maestro` as its agent and as a person call it. */
import { createClient, type Project, type Task } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

/** `begin` makes the project and its tasks, before each test. Whoever starts it calls `server.stop()`. */
export const startWork = async () => {
  const server = await startInProcess({})

  const client = createClient({ url: server.url })
  const outside = maestroInProcess({ MAESTRO_SERVER_URL: server.url, SKILLS_DIR: server.skillsDir })

  let project: Project
  let tasks: Task[]
  const begin = async () => {
    project = await client.projects.create({ name: 'app', workingDir: '/home/ada/app' })
    tasks = []
    for (const title of ['first', 'second', 'third'])
      tasks.push(await client.tasks.create({ projectId: project.id, title }))
    return { project, tasks }
  }
  const idOf = (index: number) => tasks[index]?.id ?? ''

  /** A session of all tasks, and the commands in the environment that its spawn gives. */
  const inside = async (
    strategy: 'simple' | 'queue' = 'simple',
    role: 'worker' | 'orchestrator' = 'worker',
  ) => {
    const taskIds = tasks.map(({ id }) => id)
    const { sessionId, envVars } = await client.sessions.spawn({
      projectId: project.id,
      taskIds,
      strategy,
      role,
    })
    return { sessionId, ...maestroInProcess({ ...envVars, MAESTRO_SERVER_URL: server.url }) }
  }
  const timelineOf = async (sessionId: string) =>
    (await client.sessions.get(sessionId)).timeline
      .slice(1)
      .map(({ type, taskId, message }) => ({ type, taskId, message }))
  const statusesOf = async () =>
    (await client.tasks.list({ projectId: project.id })).map((task) => task.sessionStatus)

  return { server, client, outside, begin, idOf, inside, timelineOf, statusesOf }
}
