// An agent polls for work that is there, or nobody learns why a task waits.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { claimsOf, idsOf, type Waiting } from './claims'
import { client, type Project, refusal, type Task, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

let project: Project
beforeEach(async () => {
  project = await api.project()
})
const { task, ready, blocked } = claimsOf(api, () => project.id)

describe('GET /api/tasks/ready', () => {
  it('lists what can be started now, high priority first, then the oldest, page by page', async () => {
    const low = await task({ priority: 'low' })
    const [first, second] = [await task(), await task()]
    const high = await task({ priority: 'high' })
    const waiting = await task({ dependencies: [first.id] })
    const parent = await task({ priority: 'high' })
    const child = await task({ parentId: parent.id })
    const inSession = await task()
    const worker = await api.session(project.id, [inSession.id])
    const order = [high.id, first.id, second.id, child.id, low.id]
    expect(await ready()).toEqual(order)
    expect(await ready(`&under=${parent.id}`)).toEqual([child.id])

    const paged: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/api/tasks/ready?projectId=${project.id}&limit=2${cursor && `&cursor=${cursor}`}`
      const { body, headers } = await api.request<Task[]>('GET', path)
      expect(headers.get('x-total-count')).toBe('5')
      paged.push(...idsOf(body))
      cursor = headers.get('x-next-cursor')
    }
    expect(paged).toEqual(order)

    await api.ok('PATCH', `/api/tasks/${first.id}`, { status: 'completed' })
    await api.ok('PATCH', `/api/tasks/${child.id}`, { status: 'cancelled' })
    await api.ok('POST', `/api/sessions/${worker.id}/stop`)
    expect(await ready()).toEqual([high.id, parent.id, second.id, waiting.id, inSession.id, low.id])
  })

  it('waits until something is ready, and no longer than it is told', async () => {
    expect(await ready('&waitSeconds=1')).toEqual([])
    const waiting = ready('&waitSeconds=50')
    const { id } = await task()
    expect(await waiting).toEqual([id])
  })

  it.each(['limit=0', 'cursor=high', 'cursor=1.task_1', 'waitSeconds=51', 'waitSeconds=-1', 'waitSeconds=x'])(
    'refuses %s',
    async (query) => {
      const [field = ''] = query.split('=')
      expect(await api.request('GET', `/api/tasks/ready?${query}`)).toMatchObject(wrongField(field))
    },
  )

  it('is a word of its own, as are blocked and claim-next', async () => {
    for (const [method, word] of [
      ['POST', 'ready'],
      ['PATCH', 'blocked'],
      ['GET', 'claim-next'],
    ] as const)
      expect(
        await api.request(method, `/api/tasks/${word}`, method === 'GET' ? undefined : {}),
      ).toMatchObject({
        status: 405,
      })
    expect(await api.request('GET', '/api/tasks/ready?under=task_none')).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND'),
    )
    expect(await api.request('GET', '/api/tasks/blocked?under=task_none')).toMatchObject(
      refusal(404, 'TASK_NOT_FOUND'),
    )
  })
})

describe('GET /api/tasks/blocked', () => {
  it('says of each task why it waits', async () => {
    const first = await task({ title: 'first' })
    const parent = await task({ dependencies: [first.id] })
    const child = await task({ parentId: parent.id, title: 'child' })
    const stuck = await task()
    await api.ok('PATCH', `/api/tasks/${stuck.id}`, { status: 'blocked' })
    const failed = await task()
    await api.ok('PATCH', `/api/tasks/${failed.id}`, { updateSource: 'session', sessionStatus: 'failed' })
    const busy = await task()
    const session = await api.session(project.id, [busy.id])
    const told = Object.fromEntries((await blocked()).map(({ task: { id }, reasons }) => [id, reasons]))
    expect(told).toMatchObject({
      [parent.id]: [
        { kind: 'dependency', id: first.id },
        { kind: 'child', id: child.id },
      ],
      [stuck.id]: [{ kind: 'status' }],
      [failed.id]: [{ kind: 'outcome' }],
      [busy.id]: [{ kind: 'session', id: session.id }],
    })
    expect(Object.keys(told)).toHaveLength(4)
    const page = await api.request<Waiting[]>('GET', `/api/tasks/blocked?projectId=${project.id}&limit=3`)
    const next = page.headers.get('x-next-cursor')
    expect(
      [...page.body, ...(await blocked(`&limit=3&cursor=${next}`))].map(({ task: { id } }) => id),
    ).toEqual([...[parent.id, stuck.id, failed.id, busy.id]])
  })
})
