import { createApp } from '../../functions/app'
import type { ExampleIds } from '../../functions/http/example'
import type { AppServices } from '../../functions/services/app-services'
import { parseTrusted } from '../../schemas/json-text'
import type { Skill } from '../../schemas/skill'
import { calledLocally, createMemoryServices, localRequest } from './services'

const skill: Skill = {
  id: 'reviewing',
  name: 'Reviewing',
  description: 'How to review a change',
  type: 'role',
  version: '1.0.0',
  instructions: 'Read the whole diff.',
  capabilities: [],
  dependencies: [],
  assignTo: ['worker'],
}

/** One for all: to make its router costs more than a world. */
export const app = createApp()

export interface ExampleWorld {
  services: AppServices
  ids: ExampleIds
}

/**
 * A workspace in memory that holds everything which the examples of the operations name. Its clock and its ids are
 * counted: two worlds to which the same is done are equal.
 */
export const createExampleWorld = async (): Promise<ExampleWorld> => {
  let now = 1_738_713_600_000
  let made = 0
  const services = await createMemoryServices({
    skills: [skill],
    clock: () => now++,
    newId: (prefix, at) => `${prefix}_${at}_${String(made++).padStart(9, '0')}`,
  })
  const post = async (path: string, body: object): Promise<string> => {
    const request = localRequest(path, { method: 'POST', body: JSON.stringify(body) })
    const response = await app.fetch(request, calledLocally(services))
    const answer: { id?: string; sessionId?: string } = parseTrusted(await response.text())
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return String(answer.id ?? answer.sessionId)
  }
  const project = await post('/api/projects', { name: 'app', workingDir: '/home/ada/app' })
  const emptyProject = await post('/api/projects', { name: 'nothing yet' })
  const taskOf = (title: string) => post('/api/tasks', { projectId: project, title })
  const [task, looseTask, second, third] = [
    await taskOf('in a session'),
    await taskOf('in no session'),
    await taskOf('in queues'),
    await taskOf('in queues, too'),
  ]
  const sessionOf = (taskIds: string[], strategy: string) =>
    post('/api/sessions', { projectId: project, taskIds, strategy })
  const session = await sessionOf([task], 'simple')
  const busyQueue = await sessionOf([second, third], 'queue')
  await post(`/api/sessions/${busyQueue}/queue/start`, {})
  const waitingQueue = await sessionOf([second, third], 'queue')
  const spawnedSession = await post('/api/sessions/spawn', { projectId: project, taskIds: [second] })
  const template = await post('/api/templates', { name: 'mine', role: 'worker', content: 'Work.' })
  return {
    services,
    ids: {
      ...{ project, emptyProject, task, looseTask, session, busyQueue, waitingQueue, spawnedSession },
      ...{ template, skill: skill.id },
    },
  }
}
