// A project, and short ways to store tasks and to make the manifest of a session of them.
import type { SpawnSessionRequest } from '../../schemas/spawn'
import type { Task } from '../../schemas/task'
import { createMemoryDocuments } from '../../storage/documents'
import { Entry } from '../../storage/entry'
import { readerOf } from '../../storage/rules/find'
import { makeManifest } from '../../storage/rules/manifest'
import { planSpawn } from '../../storage/rules/spawn'

const createdAt = Date.UTC(2026, 1, 8, 10)
const project = { id: 'proj_1', name: 'app', workingDir: '/home/ada/app', createdAt, updatedAt: createdAt }

/** `empty` is called before each test. */
export const createSpawns = () => {
  let documents = createMemoryDocuments()
  const empty = () => {
    documents = createMemoryDocuments()
    documents.put('projects', new Entry('projects', project))
  }

  const store = (id: string, fields: Partial<Task> = {}): Task => {
    const task: Task = {
      ...{ id, projectId: project.id, parentId: null, title: `title of ${id}`, description: '' },
      ...{ status: 'todo', priority: 'medium', createdAt, updatedAt: createdAt, startedAt: null },
      ...{ completedAt: null, initialPrompt: '', sessionIds: [], skillIds: [] },
      ...{ agentIds: [], dependencies: [] },
      ...fields,
    }
    documents.put('tasks', new Entry('tasks', task))
    return task
  }

  const storeTemplate = (content: string) =>
    documents.put(
      'templates',
      new Entry('templates', {
        ...{ id: 'tmpl_1', name: 'Mine', role: 'worker', isDefault: false, content },
        ...{ createdAt, updatedAt: createdAt },
      }),
    )

  const plan = (request: Partial<SpawnSessionRequest> = {}) =>
    planSpawn(readerOf(documents), { projectId: project.id, taskIds: ['task_1'], ...request }, 'sess_1')
  const make = (request: Partial<SpawnSessionRequest> = {}, skillsText = '') =>
    makeManifest(readerOf(documents), plan(request), skillsText)
  const promptOf = (content: string, request: Partial<SpawnSessionRequest> = {}, skillsText = '') => {
    storeTemplate(content)
    return make(request, skillsText).systemPrompt
  }
  return { empty, store, storeTemplate, plan, make, promptOf }
}
