// Something to store for the tests of storage, and ways to look at what is stored.
import { createStorage, snapshot } from 'unstorage'
import * as z from 'zod'
import type { Session } from '../../schemas/session'
import type { WorkspaceDriver } from '../../storage/driver'
import { atOnce } from '../../storage/others-turn'
import { addTask } from '../../storage/rules/links'
import { createProject } from '../../storage/rules/projects'
import { createSession } from '../../storage/rules/sessions'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import type { Workspace } from '../../storage/workspace'

export const machine = { hostname: 'h', platform: 'p' }

/** A bit of everything: projects, tasks that hang together, sessions with and without a queue. */
export const fillWorkspace = async (workspace: Workspace) => {
  const { change } = workspace
  const projectId = await change((tx) => createProject(tx, { name: 'é "quoted" \u2028 🎼' }, '/w').id)
  const ids: string[] = []
  for (const title of ['a', 'b', 'c', 'd'])
    ids.push(await change((tx) => createTask(tx, { projectId, title }).id))
  const [taskId = '', child = '', gone = ''] = ids
  await change((tx) => updateTask(tx, child, { parentId: taskId, dependencies: [gone] }))
  const sessionId = await change((tx) => atOnce(createSession(tx, { projectId, taskIds: ids }, machine)).id)
  await change((tx) => createSession(tx, { projectId, taskIds: [child], strategy: 'queue' }, machine))
  await change((tx) => deleteTask(tx, gone))
  await change((tx) => addTask(tx, sessionId, taskId))
  return { projectId, taskId, sessionId }
}

/** A session as it is now. */
export const session = async (workspace: Workspace, id: string): Promise<Session> => {
  const entry = await workspace.read((documents) => documents.get('sessions', id))
  if (!entry) throw new Error(`session ${id} is not there`)
  return entry.read()
}

/** Every document that the driver holds, by its key. */
export const stored = ({ driver }: { driver: WorkspaceDriver }): Promise<Record<string, unknown>> =>
  snapshot(createStorage({ driver }), '')

const Sides = z.object({
  id: z.string(),
  sessionIds: z.string().array().default([]),
  taskIds: z.string().array().default([]),
})

/** The relations of sessions and tasks that only one of the two sides knows, among stored documents. */
export const oneSided = (documents: Record<string, unknown>): string[] => {
  const pairs = (kind: string, pairsOf: (entity: z.infer<typeof Sides>) => string[]) =>
    new Set(
      Object.entries(documents).flatMap(([key, document]) =>
        key.startsWith(kind) ? pairsOf(Sides.parse(document)) : [],
      ),
    )
  const ofTasks = pairs('tasks:', ({ id, sessionIds }) => sessionIds.map((session) => `${session} ${id}`))
  const ofSessions = pairs('sessions:', ({ id, taskIds }) => taskIds.map((task) => `${id} ${task}`))
  const all = [...ofTasks, ...ofSessions]
  return all.filter((pair) => !ofTasks.has(pair) || !ofSessions.has(pair))
}
