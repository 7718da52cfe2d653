// An agent's work is lost with it, or its task stays taken when it is gone.
import { describe, expect, it } from 'vitest'
import { ReleaseTaskRequest } from '../../schemas/claim'
import { releaseTask } from '../../storage/rules/claims'
import { endSession } from '../../storage/rules/endings'
import { removeTask } from '../../storage/rules/links'
import { createRequest } from '../../storage/rules/requests'
import { deleteSession, updateSession } from '../../storage/rules/sessions'
import { deleteTask, updateTask } from '../../storage/rules/tasks'
import { refused, setUp } from './claiming'

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

const parsed = (body: object) => ReleaseTaskRequest.parse(body)
