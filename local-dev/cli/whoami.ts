import { defineCommand } from './command'
import { ownSession } from './environment'
import { details } from './format'

export const command = defineCommand({
  about: 'Show the session of this environment: its role, strategy, project and tasks',
  example: 'MAESTRO_SESSION_ID=sess_1 maestro whoami',
  async run({ client, environment }) {
    const session = await client.sessions.get(ownSession(environment))
    const tasks = await client.tasks.list({ sessionId: session.id })
    const project = await client.projects.get(session.projectId)
    const role = session.metadata?.role
    return {
      json: session,
      text: details({
        session: session.id,
        name: session.name,
        role: typeof role === 'string' ? role : undefined,
        strategy: session.strategy,
        status: session.status,
        project: `${project.name} (${project.id})`,
        directory: session.workspace?.path ?? project.workingDir,
        branch: session.workspace?.branch,
        tasks: tasks.map(({ id, title, sessionStatus }) => `${id}  ${sessionStatus ?? '-'}  ${title}`),
        server: client.url,
        manifest: environment.manifestPath,
      }),
    }
  },
})
