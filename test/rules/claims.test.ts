// Two agents do the same work, or an agent gets no task, and nobody can say why.
import { describe, expect, it } from 'vitest'
import { claimTask } from '../../storage/rules/claims'
import { endSession } from '../../storage/rules/endings'
import { addTask } from '../../storage/rules/links'
import { completeCurrent, startNext } from '../../storage/rules/queues'
import { createRequest } from '../../storage/rules/requests'
import { createTask, updateTask } from '../../storage/rules/tasks'
import { refused, setUp } from './claiming'

describe('a claim', () => {
  it('gives a task to one session alone, and notes it on both sides', async () => {
    const { task, agent, claim, taskOf, get, eventsOf } = await setUp()
    const { id } = await task()
    const [one, other] = [await agent(), await agent()]
    expect(await eventsOf((tx) => claimTask(tx, id, one.id))).toEqual([
      `session:task_added ${one.id} ${id}`,
      `task:session_added ${one.id} ${id}`,
      `task:updated ${id}`,
      `session:updated ${one.id}`,
      `task:claimed ${one.id} ${id}`,
    ])
    const claimed = await taskOf(id)
    expect(claimed).toMatchObject({
      status: 'in_progress',
      sessionStatus: 'working',
      sessionIds: [one.id],
      startedAt: claimed.claim?.since,
    })
    expect(claimed.claim).toEqual({ sessionId: one.id, epoch: 1, since: expect.any(Number) })
    expect((await get('sessions', one.id)).timeline.at(-1)).toMatchObject({
      type: 'task_started',
      taskId: id,
    })
    await expect(claim(id, other.id)).rejects.toMatchObject(
      refused('TASK_CLAIMED', { sessionId: one.id, since: claimed.claim?.since }),
    )
    expect(await eventsOf((tx) => claimTask(tx, id, one.id))).toEqual([])
  })

  it('has a higher epoch each time, and a report on an earlier one is refused', async () => {
    const { task, agent, claim, release, taskOf, change } = await setUp()
    const { id } = await task()
    const [one, other] = [await agent(), await agent()]
    const report = (sessionId: string, epoch: number) =>
      change((tx) =>
        updateTask(tx, id, { updateSource: 'session', sessionStatus: 'completed', sessionId, epoch }),
      )
    await claim(id, one.id)
    await release(id, one.id)
    expect(await taskOf(id)).toMatchObject({ status: 'todo', sessionIds: [] })
    await expect(report(one.id, 1)).rejects.toMatchObject(refused('STALE_CLAIM'))
    await claim(id, other.id)
    expect((await taskOf(id)).claim?.epoch).toBe(2)
    for (const [who, epoch] of [
      [one.id, 1],
      [other.id, 1],
      [one.id, 2],
      [other.id, 3],
    ] as const) {
      await expect(report(who, epoch)).rejects.toMatchObject(refused('STALE_CLAIM', { sessionId: other.id }))
      await expect(release(id, who, { epoch })).rejects.toMatchObject(refused('STALE_CLAIM'))
    }
    await report(other.id, 2)
    expect(await taskOf(id)).toMatchObject({ status: 'in_progress', sessionStatus: 'completed' })
  })

  it('is not undone by what another session says of the task', async () => {
    const { task, agent, claim, taskOf, change, session } = await setUp()
    const { id } = await task()
    const holder = await agent()
    await claim(id, holder.id)
    const other = await agent([id])
    const queue = await session([id], { strategy: 'queue' })
    const said = (sessionId: string) =>
      change((tx) => updateTask(tx, id, { updateSource: 'session', sessionStatus: 'failed', sessionId }))
    await said(other.id)
    await change((tx) => createRequest(tx, other.id, { kind: 'question', title: 'Which?', taskId: id }))
    await change((tx) => endSession(tx, other.id, { cause: 'exited', exitCode: 1 }))
    await expect(change((tx) => startNext(tx, queue.id))).rejects.toMatchObject(
      refused('TASK_CLAIMED', { sessionId: holder.id }),
    )
    expect(await taskOf(id)).toMatchObject({ sessionStatus: 'working', claim: { sessionId: holder.id } })
  })

  it('is refused while the task waits, with every reason', async () => {
    const { task, agent, claim, session } = await setUp()
    const { id: dependency } = await task({ title: 'before' })
    const { id } = await task({ dependencies: [dependency] })
    const child = await task({ parentId: id, title: 'part' })
    const busy = await session([id], { name: 'Ada' })
    const { id: mine } = await agent()
    await expect(claim(id, mine)).rejects.toMatchObject({
      code: 'TASK_NOT_READY',
      details: {
        reasons: [
          { kind: 'session', id: busy.id, message: expect.stringContaining('Ada') },
          { kind: 'dependency', id: dependency, message: 'It waits for "before", which is todo' },
          { kind: 'child', id: child.id, message: 'It waits for "part" below it, which is todo' },
        ],
      },
    })
  })

  it('is open to a session that works on the task itself', async () => {
    const { task, session, claim, next, taskOf, release, get } = await setUp()
    const { id } = await task()
    const { id: mine } = await session([id])
    await claim(id, mine)
    await release(id, mine)
    expect(await next(mine)).toEqual({ taskId: id })
    expect((await taskOf(id)).claim).toMatchObject({ sessionId: mine, epoch: 2 })
    await release(id, mine, { outcome: 'completed' })
    expect((await get('sessions', mine)).taskIds).toEqual([id])
  })

  it('is not kept from those that share a tree by what one of them says of its top', async () => {
    const { task, agent, claim, change, taskOf } = await setUp()
    const { id } = await task()
    const [one, other, stranger] = [await agent([id]), await agent([id]), await agent()]
    await change((tx) =>
      updateTask(tx, id, { updateSource: 'session', sessionStatus: 'working', sessionId: one.id }),
    )
    await expect(claim(id, stranger.id)).rejects.toMatchObject({
      details: { reasons: [{ kind: 'session', id: one.id }] },
    })
    await claim(id, other.id)
    expect((await taskOf(id)).claim).toMatchObject({ sessionId: other.id })
  })

  it('is refused to a session that has ended, and for what is not there', async () => {
    const { task, agent, claim, end } = await setUp()
    const { id } = await task()
    const one = await agent()
    await end(one.id, { cause: 'stopped' })
    await expect(claim(id, one.id)).rejects.toMatchObject({ code: 'SESSION_ENDED' })
    await expect(claim(id, 'none')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    await expect(claim('none', one.id)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })
})

describe('what was claimed', () => {
  it('is asked of a queue by its epoch, too', async () => {
    const { task, session, claim, change, taskOf } = await setUp()
    const { id } = await task()
    const { id: mine } = await session([id], { strategy: 'queue' })
    await claim(id, mine)
    await change((tx) => startNext(tx, mine))
    await expect(change((tx) => completeCurrent(tx, mine, 2))).rejects.toMatchObject(refused('STALE_CLAIM'))
    await change((tx) => completeCurrent(tx, mine, 1))
    expect(await taskOf(id)).toMatchObject({ sessionStatus: 'completed', claim: { epoch: 1 } })
  })

  it('is done in the step in which others become ready', async () => {
    const { task, agent, claim, release, next, change } = await setUp()
    const { id } = await task()
    const { id: mine } = await agent()
    await claim(id, mine)
    const after = await change((tx) =>
      createTask(tx, { projectId: tx.list('projects')[0]?.id ?? '', title: 't', dependencies: [id] }),
    )
    expect(await next(mine)).toMatchObject({ waiting: [{ task: { id: after.id } }] })
    await release(id, mine, { outcome: 'completed', review: true })
    expect(await next(mine)).toMatchObject({ waiting: [{ task: { id: after.id } }] })
    await change((tx) => updateTask(tx, id, { status: 'completed' }))
    expect(await next(mine)).toEqual({ taskId: after.id })
  })

  it('stays with the session where it was before the claim', async () => {
    const { task, agent, claim, release, get, change } = await setUp()
    const { id } = await task()
    const { id: mine } = await agent()
    await change((tx) => addTask(tx, mine, id))
    await claim(id, mine)
    await release(id, mine, { outcome: 'completed' })
    expect((await get('sessions', mine)).taskIds).toEqual([id])
  })
})
