import { createApp } from '../../functions/app'
import type { ExampleIds } from '../../functions/http/example'
import type { AppServices } from '../../functions/services/app-services'
import { entityKinds } from '../../schemas/entities'
import { parseTrusted } from '../../schemas/json-text'
import { SessionManifest } from '../../schemas/manifest'
import type { Skill } from '../../schemas/skill'
import type { Documents } from '../../storage/documents'
import { memoryDriver } from '../../storage/drivers/memory'
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
 * counted: two worlds to which the same is done are equal. The first is made by requests, the others are its copies.
 */
export const createExampleWorld = async (): Promise<ExampleWorld> => {
  original ??= createOriginal()
  const { snapshot, ids } = await original
  return { services: await copyOf(snapshot), ids }
}

/** All that a world holds. */
interface Snapshot {
  documents: readonly { key: string; json: string }[]
  manifests: readonly { id: string; manifest: SessionManifest }[]
  /** What its clock and its ids have counted to. */
  counted: number
}

const beginning = 1_738_713_600_000

export const snapshotOf = async ({ workspace, manifests, clock }: AppServices): Promise<Snapshot> => {
  const documents = await workspace.read(documentsIn)
  const written = documents.map(async ({ key }) => {
    const id = key.slice(key.indexOf(':') + 1)
    const json = await manifests.read(id)
    return json === undefined ? [] : [{ id, manifest: SessionManifest.parse(JSON.parse(json)) }]
  })
  return { documents, manifests: (await Promise.all(written)).flat(), counted: clock() - beginning + 1 }
}

/** A world to which the same has been done. */
export const copyOf = async ({ documents, manifests, counted }: Snapshot): Promise<AppServices> => {
  const services = await createCountingServices(documents, counted)
  for (const { id, manifest } of manifests) await services.manifests.write(id, manifest)
  return services
}

interface Original {
  snapshot: Snapshot
  ids: ExampleIds
}

let original: Promise<Original> | undefined

const createCountingServices = async (
  documents: Snapshot['documents'] = [],
  counted = 0,
): Promise<AppServices> => {
  let count = counted
  const driver = memoryDriver()
  await driver.commit?.({ puts: documents, removes: [], events: [] })
  return createMemoryServices({
    driver,
    skills: [skill],
    clock: () => beginning + count++,
    newId: (prefix, at) => `${prefix}_${at}_${String(count++).padStart(9, '0')}`,
  })
}

const createOriginal = async (): Promise<Original> => {
  const services = await createCountingServices()
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
  const [task, looseTask, second, third, claimedTask] = [
    await taskOf('in a session'),
    await taskOf('in no session'),
    await taskOf('in queues'),
    await taskOf('in queues, too'),
    await taskOf('claimed'),
  ]
  const sessionOf = (taskIds: string[], strategy: string) =>
    post('/api/sessions', { projectId: project, taskIds, strategy })
  const session = await sessionOf([task], 'simple')
  await post(`/api/tasks/${claimedTask}/claim`, { sessionId: session })
  const busyQueue = await sessionOf([second, third], 'queue')
  await post(`/api/sessions/${busyQueue}/queue/start`, {})
  const waitingQueue = await sessionOf([second, third], 'queue')
  const spawnedSession = await post('/api/sessions/spawn', { projectId: project, taskIds: [second] })
  const endedSession = await post('/api/sessions/spawn', { projectId: project, taskIds: [third] })
  await post(`/api/sessions/${endedSession}/end`, { cause: 'reported' })
  const asks = (title: string) => post(`/api/sessions/${session}/requests`, { kind: 'question', title })
  const answeredRequest = await asks('Which colour?')
  await post(`/api/requests/${answeredRequest}/answer`, { text: 'Green' })
  const request = await asks('Which date format?')
  const message = await post(`/api/sessions/${session}/messages`, { text: 'Take the new one' })
  const template = await post('/api/templates', { name: 'mine', role: 'worker', content: 'Work.' })
  return {
    snapshot: await snapshotOf(services),
    ids: {
      ...{ project, emptyProject, task, looseTask, claimedTask, session, busyQueue, waitingQueue },
      spawnedSession,
      ...{ endedSession, request, answeredRequest, message, template, skill: skill.id },
    },
  }
}

const documentsIn = (documents: Documents): Snapshot['documents'] =>
  entityKinds.flatMap((kind) => documents.list(kind).map(({ key, json }) => ({ key, json })))
