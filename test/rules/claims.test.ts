// Two agents do the same work, an agent's work is lost with it, or a task waits and nobody can say why.
import { describe, expect, it } from 'vitest'
import { ReleaseTaskRequest } from '../../schemas/claim'
import type { EndSessionRequest } from '../../schemas/ending'
import { claimNext, claimTask, releaseTask } from '../../storage/rules/claims'
import { endSession } from '../../storage/rules/endings'
import { addTask, removeTask } from '../../storage/rules/links'
import { completeCurrent, startNext } from '../../storage/rules/queues'
import { answerRequest, createRequest, withdrawRequest } from '../../storage/rules/requests'
import { deleteSession, updateSession } from '../../storage/rules/sessions'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import { start } from './start'

const setUp = async () => {
  const world = await start()
  const { change, get } = world
  const claim = (taskId: string, sessionId: string) => change((tx) => claimTask(tx, taskId, sessionId))
  const end = (id: string, body: EndSessionRequest) => change((tx) => endSession(tx, id, body))
  return {
    ...world,
    claim,
    end,
    lose: (id: string) => end(id, { cause: 'lost' }),
    next: (sessionId: string, scope = {}) => change((tx) => claimNext(tx, sessionId, scope)),
    release: (taskId: string, sessionId: string, body = {}) =>
      change((tx) => releaseTask(tx, taskId, body, sessionId)),
    taskOf: (id: string) => get('tasks', id),
    agent: (taskIds: string[] = []) => world.session(taskIds, { strategy: 'tree', status: 'working' }),
    inbox: () => world.workspace.read((documents) => documents.list('requests').map((one) => one.read())),
  }
}

const refused = (code: string, details: object = {}) => ({ code, details: expect.objectContaining(details) })

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

describe('the next task', () => {
  it('is the one with the highest priority, then the oldest; parents come after their children', async () => {
    const { task, agent, next, release } = await setUp()
    const parent = await task({ title: 'parent', priority: 'high' })
    const low = await task({ parentId: parent.id, priority: 'low' })
    const first = await task({ parentId: parent.id })
    const second = await task({ parentId: parent.id })
    const high = await task({ parentId: parent.id, priority: 'high', dependencies: [second.id] })
    const { id } = await agent([parent.id])
    const done: string[] = []
    for (;;) {
      const claimed = await next(id, { under: undefined })
      if (!('taskId' in claimed)) break
      done.push(claimed.taskId)
      await release(claimed.taskId, id, { outcome: 'completed' })
    }
    expect(done).toEqual([first.id, second.id, high.id, low.id, parent.id])
  })

  it('is looked for in the project or below a task; where there is none it says what waits', async () => {
    const { task, agent, next, change } = await setUp()
    const top = await task({ title: 'top' })
    const below = await task({ title: 'below', parentId: top.id })
    const outside = await task({ title: 'outside', priority: 'high' })
    const { id } = await agent()
    expect(await next(id, { under: top.id })).toEqual({ taskId: below.id })
    expect(await next(id, { under: top.id })).toEqual({ waiting: [] })
    await expect(next(id, { under: 'none' })).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await change((tx) => updateTask(tx, outside.id, { status: 'blocked' }))
    expect(await next(id)).toEqual({
      waiting: [
        { task: { id: top.id, title: 'top' }, reasons: [expect.objectContaining({ kind: 'child' })] },
        {
          task: { id: outside.id, title: 'outside' },
          reasons: [{ kind: 'status', message: 'It is blocked' }],
        },
      ],
    })
  })
})

describe('a claim that ends', () => {
  it.each([
    [{ outcome: 'completed' }, { status: 'completed', sessionStatus: 'completed' }],
    [
      { outcome: 'completed', review: true },
      { status: 'in_review', sessionStatus: 'completed' },
    ],
    [
      { outcome: 'failed', message: 'no disk' },
      { status: 'blocked', sessionStatus: 'failed' },
    ],
    [{ outcome: 'blocked' }, { status: 'blocked', sessionStatus: 'blocked' }],
    [{}, { status: 'todo' }],
  ])('by release %o leaves %o', async (body, left) => {
    const { task, agent, claim, release, taskOf, get, eventsOf } = await setUp()
    const { id } = await task()
    const { id: mine } = await agent()
    await claim(id, mine)
    const events = await eventsOf((tx) => releaseTask(tx, id, parsed(body), mine))
    expect(events).toContain(`task:released ${mine} ${id}`)
    const after = await taskOf(id)
    expect(after).toMatchObject({ ...left, sessionIds: [] })
    expect([after.claim, after.sessionStatus]).toEqual([
      undefined,
      'sessionStatus' in left ? left.sessionStatus : undefined,
    ])
    expect(after.completedAt !== null).toBe(after.status === 'completed')
    if ('message' in body)
      expect((await get('sessions', mine)).timeline).toContainEqual(
        expect.objectContaining({ type: 'task_failed', message: body.message, taskId: id }),
      )
    await expect(release(id, mine)).rejects.toMatchObject(refused('STALE_CLAIM'))
  })

  it.each([
    [{ cause: 'reported' }, { status: 'completed', sessionStatus: 'completed' }, 'completed'],
    [{ cause: 'start_failed' }, { status: 'blocked', sessionStatus: 'failed' }, 'failed'],
    [{ cause: 'stopped' }, { status: 'todo' }, 'stopped'],
    [{ cause: 'lost' }, { status: 'todo', attempts: 1 }, 'failed'],
    [{ cause: 'exited', exitCode: 1 }, { status: 'blocked', sessionStatus: 'failed' }, 'failed'],
    [{ cause: 'exited', exitCode: 0 }, { status: 'blocked', sessionStatus: 'failed' }, 'failed'],
    ['PATCH failed', { status: 'blocked', sessionStatus: 'failed' }, 'failed'],
    ['PATCH completed', { status: 'todo' }, 'completed'],
    ['delete', { status: 'todo' }, undefined],
  ] as const)('with its session by %o leaves %o', async (how, left, ended) => {
    for (const strategy of ['tree', 'simple'] as const) {
      const { task, session, claim, taskOf, change, get } = await setUp()
      const { id } = await task()
      const spawned = await task()
      const { id: mine } = await session([spawned.id], { strategy, status: 'working' })
      await claim(id, mine)
      await change((tx) =>
        how === 'delete'
          ? deleteSession(tx, mine)
          : typeof how === 'string'
            ? updateSession(tx, mine, { status: how === 'PATCH failed' ? 'failed' : 'completed' })
            : endSession(tx, mine, { ...how }),
      )
      const after = await taskOf(id)
      expect(after).toMatchObject({ ...left, sessionIds: [] })
      expect([after.claim, after.sessionStatus]).toEqual([
        undefined,
        'sessionStatus' in left ? left.sessionStatus : undefined,
      ])
      if (ended) expect(await get('sessions', mine)).toMatchObject({ status: ended, taskIds: [spawned.id] })
    }
  })

  it('with a session that waited for an answer is given back', async () => {
    const { task, agent, claim, taskOf, change, end } = await setUp()
    const { id } = await task()
    const { id: mine } = await agent()
    await claim(id, mine)
    await change((tx) => createRequest(tx, mine, { kind: 'question', title: 'Which?' }))
    expect((await taskOf(id)).sessionStatus).toBe('needs_input')
    await end(mine, { cause: 'exited', exitCode: 1 })
    expect(await taskOf(id)).toMatchObject({ status: 'todo' })
  })

  it('keeps what the session had said of the task', async () => {
    const { task, agent, claim, taskOf, change, lose, end } = await setUp()
    const [done, told, open] = [await task(), await task(), await task()]
    const { id: mine } = await agent()
    for (const { id } of [done, told, open]) await claim(id, mine)
    await change((tx) =>
      updateTask(tx, done.id, { updateSource: 'session', sessionStatus: 'completed', sessionId: mine }),
    )
    await lose(mine)
    expect(await taskOf(done.id)).toMatchObject({ status: 'completed', sessionStatus: 'completed' })
    expect(await taskOf(open.id)).toMatchObject({ status: 'todo', attempts: 1 })
    const { id: later } = await agent()
    await claim(told.id, later)
    await claim(open.id, later)
    const outcomes = [{ taskId: told.id, outcome: 'blocked' as const, message: 'no key' }]
    await end(later, { cause: 'stopped', outcomes })
    expect(await taskOf(told.id)).toMatchObject({ status: 'blocked', sessionStatus: 'blocked' })
    expect(await taskOf(open.id)).toMatchObject({ status: 'todo' })
  })

  it('of strategy tree: what it holds by claim counts alone, and what it only says is cleared', async () => {
    const { task, agent, taskOf, change, end, get } = await setUp()
    const { id } = await task()
    const { id: mine } = await agent([id])
    await change((tx) =>
      updateTask(tx, id, { updateSource: 'session', sessionStatus: 'working', sessionId: mine }),
    )
    await end(mine, { cause: 'exited', exitCode: 0 })
    expect(await get('sessions', mine)).toMatchObject({ status: 'completed' })
    expect((await taskOf(id)).sessionStatus).toBeUndefined()
  })

  it('when a person says what the task is, or deletes it, or takes it out of the session', async () => {
    const { task, agent, claim, taskOf, change, eventsOf, get } = await setUp()
    const tasks = [await task(), await task(), await task(), await task(), await task()]
    const ids = tasks.map(({ id }) => id)
    const { id: mine } = await agent([ids[0] ?? ''])
    for (const id of ids) await claim(id, mine)
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = ids
    expect(await eventsOf((tx) => updateTask(tx, first, { status: 'completed' }))).toEqual([
      `task:updated ${first}`,
      `task:released ${mine} ${first}`,
    ])
    expect((await taskOf(first)).sessionStatus).toBeUndefined()
    await change((tx) => updateTask(tx, second, { status: 'todo' }))
    await change((tx) => updateTask(tx, third, { status: 'in_progress', title: 'more' }))
    expect(await eventsOf((tx) => deleteTask(tx, fourth))).toContain(`task:released ${mine} ${fourth}`)
    await change((tx) => removeTask(tx, mine, fifth))
    expect(await taskOf(second)).toMatchObject({ status: 'todo', sessionIds: [] })
    expect(await taskOf(third)).toMatchObject({ title: 'more', claim: { sessionId: mine } })
    expect(await taskOf(fifth)).toMatchObject({ status: 'todo', sessionIds: [] })
    expect((await get('sessions', mine)).taskIds).toEqual([first, third])
  })

  it('by a person, whoever has it; not by an orchestrator that has not', async () => {
    const { task, agent, claim, taskOf, change } = await setUp()
    const { id } = await task()
    const [mine, boss] = [await agent(), await agent()]
    await claim(id, mine.id)
    await expect(change((tx) => updateTask(tx, id, { status: 'todo' }, boss.id))).rejects.toMatchObject(
      refused('TASK_CLAIMED', { sessionId: mine.id }),
    )
    await change((tx) => releaseTask(tx, id, { force: true }, undefined))
    expect(await taskOf(id)).toMatchObject({ status: 'todo' })
    await expect(change((tx) => releaseTask(tx, id, { force: true }, undefined))).rejects.toMatchObject(
      refused('STALE_CLAIM'),
    )
  })
})

describe('a task that loses its sessions', () => {
  const lostThrice = async () => {
    const world = await setUp()
    const { id } = await world.task({ title: 'deadly' })
    let last = ''
    for (let n = 0; n < 3; n++) {
      last = (await world.agent()).id
      await world.claim(id, last)
      await world.lose(last)
    }
    return { ...world, id, last }
  }

  it('stops after three, and a person is asked', async () => {
    const { id, last, taskOf, inbox, agent, claim, get } = await lostThrice()
    expect(await taskOf(id)).toMatchObject({ status: 'blocked', attempts: 3 })
    expect(await inbox()).toMatchObject([
      { kind: 'stall', state: 'open', sessionId: last, taskId: id, title: 'Three sessions were lost on it' },
    ])
    expect((await get('sessions', last)).needsInput?.active).not.toBe(true)
    await expect(claim(id, (await agent()).id)).rejects.toMatchObject({
      details: { reasons: [{ kind: 'status', message: expect.stringContaining('lost') }] },
    })
  })

  it('goes on with the answer continue, and is not given up by a restarted agent', async () => {
    const { id, last, taskOf, inbox, change, agent, claim, lose } = await lostThrice()
    const [{ id: requestId = '' } = {}] = await inbox()
    const caller = { kind: 'session', sessionId: last, run: 0, projectId: 'p', role: 'worker' } as const
    await change((tx) => withdrawRequest(tx, requestId, caller))
    await change((tx) => answerRequest(tx, requestId, { optionId: 'continue', by: 'Ada', from: 'user' }))
    const after = await taskOf(id)
    expect([after.status, after.attempts]).toEqual(['todo', undefined])
    const { id: mine } = await agent()
    await claim(id, mine)
    await lose(mine)
    expect(await taskOf(id)).toMatchObject({ status: 'todo', attempts: 1, lastClaim: { epoch: 4 } })
  })

  it('begins anew when a person sets it to todo, and nobody is asked any more', async () => {
    const { id, taskOf, inbox, change } = await lostThrice()
    await change((tx) => updateTask(tx, id, { status: 'todo' }))
    expect((await taskOf(id)).attempts).toBeUndefined()
    expect(await inbox()).toMatchObject([{ state: 'withdrawn' }])
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

const parsed = (body: object) => ReleaseTaskRequest.parse(body)
