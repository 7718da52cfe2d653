// What agents do, scripted over the API: no agent runs.
import { createClient } from '../../functions/client/client'
import { startServer } from '../contract/server'

const allow = [
  { id: 'once', label: 'Allow once', effect: 'allow_once' as const },
  { id: 'always', label: 'Always', effect: 'allow_always' as const },
  { id: 'deny', label: 'Deny', effect: 'reject_once' as const },
]

/** A started server with a client of its own. */
export const startWorld = async (env: Record<string, string> = {}) => {
  const server = await startServer({ env })
  const token = env.MAESTRO_API_TOKEN
  const client = createClient({ url: server.url, ...(token !== undefined && { token }) })

  const makeProject = (name = 'app') => client.projects.create({ name, workingDir: '/home/ada/app' })

  /** A session at work on a task of its own. */
  const makeAgent = async (projectId: string, title: string) => {
    const task = await client.tasks.create({ projectId, title })
    const { sessionId } = await client.sessions.spawn({
      ...{ projectId, taskIds: [task.id], spawnSource: 'ui', agent: 'codex', sessionName: `On ${title}` },
    })
    await client.sessions.update(sessionId, { status: 'working' })
    return { task, sessionId }
  }

  const ask = (sessionId: string, title: string, detail = 'npm publish --access public') =>
    client.requests.create(sessionId, { kind: 'approval', title, detail, options: allow })

  return { server, url: server.url, client, makeProject, makeAgent, ask, stop: server.stop }
}
