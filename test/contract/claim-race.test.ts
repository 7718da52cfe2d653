// Of sessions that ask for the same task at the same moment two get it, or a task of a tree is done twice, or too early.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { client, type Project, type Task } from './http'
import { startTarget, type Target } from './target'

const isHosted = process.env.MAESTRO_TEST_HOST === 'hosted'
const isCampaign = scaled(1) > 1
const contenders = 64
/** A campaign, at a scale of 100, is of 10,000 rounds, hosted of 500. */
const rounds = isCampaign ? scaled(isHosted ? 5 : 100) : 3
const treeSize = isCampaign ? 200 : 40
const [agentCount, dyingCount] = [8, 3]
const random = createRandom('claims')

let target: Target
let api: ReturnType<typeof client>
let project: Project
beforeAll(async () => {
  target = await startTarget()
  api = client(target.url)
  project = await api.project()
})
afterAll(() => target.stop())

interface ClaimedTask extends Task {
  claim?: { sessionId: string; epoch: number }
  attempts?: number
}

/** Without the checks of every answer, which take longer than it. */
const post = async <Body>(path: string, body: object): Promise<{ status: number; body: Body }> => {
  // Miniflare closes a connection now and then on which the next request is under way.
  const headers: Record<string, string> = isHosted ? { connection: 'close' } : {}
  const response = await fetch(target.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: parseTrusted<Body>(await response.text()) }
}

const agent = async () => {
  const fields = { projectId: project.id, taskIds: [], strategy: 'tree' }
  return (await post<{ id: string }>('/api/sessions', fields)).body.id
}

it(
  'of 64 sessions that claim one task at once, exactly one gets it, every time',
  async () => {
    const agents: string[] = []
    for (let n = 0; n < contenders; n++) agents.push(await agent())
    const { id } = await api.task(project.id)
    for (let epoch = 1; epoch <= rounds; epoch++) {
      const answers = await Promise.all(
        agents.map((sessionId) =>
          post<ClaimedTask & { details?: object }>(`/api/tasks/${id}/claim`, { sessionId }),
        ),
      )
      const winners = answers.filter(({ status }) => status === 200)
      expect(winners).toHaveLength(1)
      const { claim } = winners[0]?.body ?? {}
      expect(claim).toMatchObject({ epoch })
      for (const { status, body } of answers)
        if (status !== 200)
          expect([status, body.details]).toMatchObject([409, { sessionId: claim?.sessionId }])
      const released = await post(`/api/tasks/${id}/release`, { sessionId: claim?.sessionId, epoch })
      expect(released.status).toBe(200)
      count('rounds of 64 claims')
    }
  },
  scaledMs(60_000),
)

it(
  'a tree of tasks with dependencies is done once each, in their order, though agents are lost',
  async () => {
    const top = await api.task(project.id, { title: 'top' })
    const ids: string[] = []
    const waitsFor = new Map<string, string[]>()
    const isWaitingFor = (id: string, other: string): boolean =>
      id === other || (waitsFor.get(id) ?? []).some((next) => isWaitingFor(next, other))
    for (let n = 1; n < treeSize; n++) {
      const some = () => ids[Math.floor(random() * ids.length)]
      const dependencies = [...new Set([some(), some()].flatMap((id) => id ?? []))]
      const above = random() < 0.2 ? (some() ?? top.id) : top.id
      // What is above a task waits for it, and nothing is to wait for itself.
      const parentId = dependencies.some((id) => isWaitingFor(id, above)) ? top.id : above
      const { body } = await post<Task>('/api/tasks', {
        ...{ projectId: project.id, parentId, dependencies, title: `task ${n}` },
      })
      ids.push(body.id)
      waitsFor.set(body.id, [...dependencies])
      waitsFor.set(parentId, [...(waitsFor.get(parentId) ?? []), body.id])
    }
    const done: string[] = []
    const work = async (dies: boolean) => {
      const sessionId = await agent()
      let left = dies ? 3 + Math.floor(random() * 5) : Number.POSITIVE_INFINITY
      for (;;) {
        const { body } = await post<{ task: ClaimedTask | null; waiting?: object[] }>(
          '/api/tasks/claim-next',
          {
            ...{ sessionId, under: top.id, waitSeconds: 1 },
          },
        )
        if (done.length === ids.length) return
        if (!body.task) continue
        if (left-- <= 0) {
          await post(`/api/sessions/${sessionId}/end`, { cause: 'lost' })
          count('agents lost')
          return
        }
        // Noted before anybody else knows of it.
        done.push(body.task.id)
        const { id, claim } = body.task
        const released = { sessionId, epoch: claim?.epoch, outcome: 'completed' }
        expect((await post(`/api/tasks/${id}/release`, released)).status).toBe(200)
        count('tasks done')
      }
    }
    await Promise.all(Array.from({ length: agentCount }, (_, n) => work(n < dyingCount)))
    expect(new Set(done).size).toBe(done.length)
    expect([...done].sort()).toEqual([...ids].sort())
    const tasks = await api.get<Task[]>(`/api/tasks?projectId=${project.id}`)
    const at = new Map(done.map((id, index) => [id, index]))
    const indexOf = (id: string) => at.get(id) ?? -1
    for (const { id, dependencies, parentId } of tasks.filter(({ id }) => at.has(id))) {
      for (const dependency of dependencies) expect(indexOf(dependency)).toBeLessThan(indexOf(id))
      if (parentId !== null && parentId !== top.id) expect(indexOf(parentId)).toBeGreaterThan(indexOf(id))
    }
  },
  scaledMs(60_000),
)
