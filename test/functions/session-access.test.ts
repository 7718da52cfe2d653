// An agent does with its token what only a person may do, or is kept from its own work.
import { describe, expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import type { ExampleIds } from '../../functions/http/example'
import type { AppServices } from '../../functions/services/app-services'
import { parseTrusted } from '../../schemas/json-text'
import { app, copyOf, createExampleWorld, snapshotOf } from './example-world'
import { calledLocally, localRequest } from './services'

/** How what a request is about is related to the session that makes it. */
const relations = ['own', 'project', 'child', 'grandchild', 'foreign'] as const
type Relation = (typeof relations)[number]

const nothing: readonly Relation[] = []
const own: readonly Relation[] = ['own']
const inProject: readonly Relation[] = ['own', 'project', 'child', 'grandchild']
const below: readonly Relation[] = ['child', 'grandchild']

/** Who may do what the examples ask for: of each operation that changes something, about what a worker and an orchestrator may. */
const table: Record<string, { worker: readonly Relation[]; orchestrator: readonly Relation[] }> = {
  'projects.create': { worker: nothing, orchestrator: nothing },
  'projects.update': { worker: nothing, orchestrator: nothing },
  'projects.delete': { worker: nothing, orchestrator: nothing },
  'tasks.create': { worker: inProject, orchestrator: inProject },
  'tasks.update': { worker: nothing, orchestrator: inProject },
  'tasks.addTimeline': { worker: own, orchestrator: own },
  'tasks.claim': { worker: own, orchestrator: own },
  'tasks.claimNext': { worker: own, orchestrator: own },
  'tasks.release': { worker: own, orchestrator: own },
  'tasks.delete': { worker: nothing, orchestrator: nothing },
  'sessions.create': { worker: nothing, orchestrator: nothing },
  'sessions.spawn': { worker: nothing, orchestrator: inProject },
  'sessions.update': { worker: own, orchestrator: own },
  'sessions.delete': { worker: nothing, orchestrator: nothing },
  'sessions.addEvent': { worker: own, orchestrator: own },
  'sessions.addTimeline': { worker: own, orchestrator: own },
  'sessions.addTask': { worker: nothing, orchestrator: nothing },
  'sessions.removeTask': { worker: nothing, orchestrator: nothing },
  'sessions.end': { worker: own, orchestrator: own },
  'sessions.heartbeat': { worker: own, orchestrator: own },
  'sessions.restart': { worker: nothing, orchestrator: below },
  'sessions.stop': { worker: nothing, orchestrator: below },
  'sessions.token': { worker: nothing, orchestrator: nothing },
  'sessions.interrupt': { worker: nothing, orchestrator: below },
  'sessions.prompt': { worker: inProject, orchestrator: inProject },
  'requests.create': { worker: own, orchestrator: own },
  'requests.answer': { worker: nothing, orchestrator: nothing },
  'requests.withdraw': { worker: own, orchestrator: own },
  'requests.delivered': { worker: own, orchestrator: own },
  'messages.create': { worker: inProject, orchestrator: inProject },
  'messages.update': { worker: own, orchestrator: own },
  'queue.start': { worker: own, orchestrator: own },
  'queue.complete': { worker: own, orchestrator: own },
  'queue.fail': { worker: own, orchestrator: own },
  'queue.skip': { worker: own, orchestrator: own },
  'queue.push': { worker: own, orchestrator: own },
  'skills.reload': { worker: nothing, orchestrator: nothing },
  'templates.create': { worker: nothing, orchestrator: nothing },
  'templates.update': { worker: nothing, orchestrator: nothing },
  'templates.reset': { worker: nothing, orchestrator: nothing },
  'templates.delete': { worker: nothing, orchestrator: nothing },
  'runners.update': { worker: nothing, orchestrator: nothing },
}

const roles = ['worker', 'orchestrator'] as const
type Role = (typeof roles)[number]

const asker =
  (services: AppServices) =>
  async <T>(method: string, path: string, body?: unknown, token?: string) => {
    const init = {
      method,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const response = await app.fetch(localRequest(path, init), calledLocally(services))
    const text = response.headers.get('Content-Type') === 'application/json' ? await response.text() : ''
    if (text === '') await response.body?.cancel()
    return { status: response.status, body: text === '' ? undefined : parseTrusted<T>(text) }
  }

/** A session's token, what the examples may name that is related to the session, and all that is stored then. */
const createFamily = async (role: Role) => {
  const world = await createExampleWorld()
  const ask = asker(world.services)
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await ask<{ id?: string; sessionId?: string }>('POST', path, body)
    return String(answer.body?.id ?? answer.body?.sessionId)
  }
  const projectId = await made('/api/projects', { name: 'p' })
  const otherProject = await made('/api/projects', { name: 'q' })
  const member = async (project: string, as: Role, parent?: string) => {
    const [task, next, loose, claimed] = [
      await made('/api/tasks', { projectId: project, title: 'one' }),
      await made('/api/tasks', { projectId: project, title: 'two' }),
      await made('/api/tasks', { projectId: project, title: 'three' }),
      await made('/api/tasks', { projectId: project, title: 'four' }),
    ]
    const session = await made('/api/sessions/spawn', {
      projectId: project,
      taskIds: [task, next],
      strategy: 'queue',
      role: as,
      ...(parent !== undefined && { sessionId: parent, spawnSource: 'session' }),
    })
    await made(`/api/tasks/${claimed}/claim`, { sessionId: session })
    const asks = () => made(`/api/sessions/${session}/requests`, { kind: 'question', title: 'Which?' })
    const [request, answeredRequest] = [await asks(), await asks()]
    await made(`/api/requests/${answeredRequest}/answer`, { text: 'This' })
    const message = await made(`/api/sessions/${session}/messages`, { text: 'hello' })
    return { project, task, loose, claimedTask: claimed, session, request, answeredRequest, message }
  }
  const self = await member(projectId, role)
  const child = await member(projectId, 'orchestrator', self.session)
  const members = {
    own: self,
    project: await member(projectId, 'worker'),
    child,
    grandchild: await member(projectId, 'worker', child.session),
    foreign: await member(otherProject, 'worker'),
  }
  const token = await ask<{ token: string }>('POST', `/api/sessions/${self.session}/token`)
  const idsOf = (relation: Relation): ExampleIds => {
    const { loose: looseTask, ...named } = members[relation]
    const { session } = named
    const sessions = {
      session,
      busyQueue: session,
      waitingQueue: session,
      spawnedSession: session,
      endedSession: session,
    }
    return { ...world.ids, ...named, looseTask, ...sessions }
  }
  return { token: String(token.body?.token), idsOf, snapshot: await snapshotOf(world.services) }
}

/** Made once: to make one takes dozens of requests. */
const families = roles.map((role) => ({ role, family: createFamily(role) }))

const operations = allOperations.map(({ definition }) => ({ name: definition.name, definition }))

describe('what a session’s token opens', () => {
  it('is said of each operation', () => {
    const changing = operations.filter(({ definition }) => definition.method !== 'GET')
    expect(changing.map(({ name }) => name).sort()).toEqual(Object.keys(table).sort())
  })

  it.each(operations)('$name', async ({ name, definition }) => {
    for (const { role, family } of families) {
      const { token, idsOf, snapshot } = await family
      const services = await copyOf(snapshot)
      for (const relation of relations) {
        const { params = {}, query, body } = definition.example(idsOf(relation))
        const path = definition.path.replaceAll(/:(\w+)/g, (_, key: string) => params[key] ?? '')
        const search = new URLSearchParams()
        for (const [key, value] of Object.entries(query ?? {})) search.set(key, String(value))
        const before = services.workspace.lastEvent()
        const { status, body: answer } = await asker(services)<{ code?: string; message?: string }>(
          definition.method,
          `${path}?${search}`,
          body,
          token,
        )
        const may = definition.method === 'GET' || table[name]?.[role].includes(relation) === true
        const told = `${role}, ${relation}: ${JSON.stringify(answer)}`
        expect(status === 403, told).toBe(!may)
        expect([401, 404], told).not.toContain(status)
        if (may) continue
        expect(answer?.code, told).toBe('FORBIDDEN')
        expect(answer?.message, told).toMatch(/^A session may not .+: a person does$/)
        expect(services.workspace.lastEvent(), told).toBe(before)
      }
    }
  })
})
