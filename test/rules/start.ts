// A workspace in memory with a project, and short ways to work on it, for the tests of rules.
import { parseTrusted } from '../../schemas/json-text'
import type { CreateSessionRequest, Session } from '../../schemas/session'
import type { CreateTaskRequest, Task } from '../../schemas/task'
import { memoryDriver } from '../../storage/drivers/memory'
import type { Entities, Kind } from '../../storage/kinds'
import { createProject } from '../../storage/rules/projects'
import { createSession } from '../../storage/rules/sessions'
import { createTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import { open } from '../drivers/open'
import { machine } from '../drivers/sample-data'

export const start = async () => {
  const { workspace, published } = await open(memoryDriver())
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)

  const get = async <K extends Kind>(kind: K, id: string): Promise<Entities[K]> => {
    const entry = await workspace.read((documents) => documents.get(kind, id))
    if (!entry) throw new Error(`there is no entity ${id} among the ${kind}`)
    return entry.read()
  }

  return {
    workspace,
    published,
    projectId,
    change: workspace.change,
    get,
    task: (fields: Partial<CreateTaskRequest> = {}): Promise<Task> =>
      workspace.change((tx) => createTask(tx, { projectId, title: 'a task', ...fields })),
    session: (taskIds: string[] = [], fields: Partial<CreateSessionRequest> = {}): Promise<Session> =>
      workspace.change((tx) => createSession(tx, { projectId, taskIds, ...fields }, machine)),
    /** Makes a change, and returns its events: each one's name with the id or pair of ids that it is about. */
    async eventsOf(rule: (tx: Transaction) => unknown): Promise<string[]> {
      const known = published.length
      await workspace.change(rule)
      return published.slice(known).map(({ name, data }) => `${name} ${subjectOf(parseTrusted(data))}`)
    },
  }
}

/** What an event is about, in a word: an id, or two. */
const subjectOf = (data: Record<string, unknown>): string =>
  [data.id, data.sessionId, data.taskId].filter((id) => id !== undefined).join(' ')
