// A program that uses the package's own client finds something else there than the contract says.
import { afterAll, describe, expect, it } from 'vitest'
import { createClient } from '../../functions/client/client'
import { client as plainClient } from './http'
import { ended, started, stats, waiting } from './queue'
import { startTarget } from './target'

const target = await startTarget()
afterAll(() => target.stop())
const client = createClient({ url: target.url })
const plain = plainClient(target.url)

describe('the typed client', () => {
  it('plans, spawns, works a queue and ends, and a plain request finds the same', async () => {
    const project = await client.projects.create({ name: 'app', workingDir: '/home/ada/app' })
    const [first, second] = [
      await client.tasks.create({ projectId: project.id, title: 'first', priority: 'high' }),
      await client.tasks.create({ projectId: project.id, title: 'second', acceptanceCriteria: ['It works'] }),
    ]
    const taskIds = [first.id, second.id]
    const spawned = await client.sessions.spawn({ projectId: project.id, taskIds, strategy: 'queue' })
    const { sessionId } = spawned
    expect(spawned).toMatchObject({ command: 'maestro worker init', cwd: '/home/ada/app' })
    expect(await client.sessions.manifest(sessionId)).toMatchObject({ role: 'worker', strategy: 'queue' })

    await client.sessions.update(sessionId, { status: 'working' })
    expect(await client.queue.top(sessionId)).toEqual({ hasMore: true, item: waiting(first) })
    expect((await client.queue.start(sessionId)).item).toEqual(started(first))
    await client.tasks.update(first.id, { updateSource: 'session', sessionStatus: 'working' })
    await client.tasks.addTimeline(first.id, { sessionId, message: 'Halfway there' })
    expect((await client.queue.complete(sessionId)).nextItem).toEqual(waiting(second))
    await client.queue.start(sessionId)
    expect((await client.queue.fail(sessionId, 'Tests do not pass')).failedItem).toEqual({
      ...ended(second, 'failed'),
      failReason: 'Tests do not pass',
    })
    expect((await client.queue.items(sessionId)).stats).toEqual(stats({ total: 2, completed: 1, failed: 1 }))
    await client.sessions.update(sessionId, { status: 'completed' })

    const session = await client.sessions.get(sessionId)
    expect(session).toMatchObject({ status: 'completed', completedAt: expect.any(Number) })
    expect(session.timeline.map(({ type }) => type)).toEqual([
      'session_started',
      'task_started',
      'progress',
      'task_completed',
      'task_started',
      'task_failed',
    ])
    expect(await plain.get(`/api/sessions/${sessionId}`)).toEqual(session)
    expect(await plain.get(`/api/tasks?sessionId=${sessionId}`)).toEqual(
      await client.tasks.list({ sessionId }),
    )
  })

  it('knows every other group too', async () => {
    const project = await client.projects.create({ name: 'app' })
    const parent = await client.tasks.create({ projectId: project.id, title: 'parent' })
    const child = await client.tasks.create({ projectId: project.id, title: 'child', parentId: parent.id })
    expect(await client.tasks.children(parent.id)).toEqual([child])

    const session = await client.sessions.create({ projectId: project.id, taskIds: [], strategy: 'queue' })
    expect((await client.queue.push(session.id, child.id)).item).toEqual(waiting(child))
    expect((await client.queue.skip(session.id)).skippedItem.status).toBe('skipped')
    expect((await client.queue.get(session.id)).queue.currentIndex).toBe(-1)
    await client.sessions.addEvent(session.id, { type: 'tool_call', data: { tool: 'bash' } })
    await client.sessions.addTimeline(session.id, { message: 'A milestone', type: 'milestone' })
    expect((await client.sessions.removeTask(session.id, child.id)).taskIds).toEqual([])
    expect((await client.sessions.addTask(session.id, parent.id)).taskIds).toEqual([parent.id])
    expect(await client.sessions.list({ taskId: parent.id, active: true })).toHaveLength(1)

    const template = await client.templates.create({ name: 'mine', role: 'worker', content: 'Work.' })
    expect(await client.templates.ofRole('worker')).toEqual(template)
    const { content } = await client.templates.builtIn('worker')
    expect((await client.templates.reset(template.id)).content).toBe(content)
    expect((await client.templates.update(template.id, { name: 'yours' })).name).toBe('yours')
    expect(await client.templates.list()).toHaveLength(3)

    expect(await client.skills.list()).toEqual([])
    expect(await client.skills.ofRole('worker')).toEqual([])
    await expect(client.skills.get('none')).rejects.toMatchObject({ message: 'Skill not found: none' })
    await expect(client.skills.reload('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })

    for (const { id } of [template]) expect(await client.templates.delete(id)).toEqual({ success: true, id })
    for (const { id } of [session]) expect(await client.sessions.delete(id)).toEqual({ success: true, id })
    for (const { id } of [parent, child]) await client.tasks.delete(id)
    expect(await client.projects.delete(project.id)).toEqual({ success: true, id: project.id })
    expect(await client.health()).toMatchObject({ status: 'ok' })
    expect(await client.webSocketStatus()).toEqual({ connectedClients: 0, clients: [] })
  })
})
