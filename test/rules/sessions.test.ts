/** A session is the record of an agent's work: what it recorded stays, and the time of its end is right. */

import { describe, expect, it } from 'vitest'
import type { SessionStatus } from '../../schemas/session'
import { addSessionEvent, createSession, deleteSession, updateSession } from '../../storage/rules/sessions'
import { addTimelineEntry } from '../../storage/rules/timeline'
import { everything } from '../drivers/open'
import { machine } from '../drivers/sample-data'
import { start } from './start'

const ended = ['completed', 'failed', 'stopped'] as const
const open = ['spawning', 'idle', 'working'] as const

describe('a new session', () => {
  it('has every field, with its default where the request says nothing', async () => {
    const { session, projectId } = await start()
    const created = await session()
    expect(created).toEqual({
      id: expect.stringMatching(/^sess_\d+_[0-9a-z]{9}$/),
      projectId,
      taskIds: [],
      name: 'Unnamed Session',
      env: {},
      strategy: 'simple',
      status: 'idle',
      startedAt: expect.any(Number),
      lastActivity: created.startedAt,
      completedAt: null,
      ...machine,
      events: [],
      timeline: [],
      metadata: null,
      parentSessionId: null,
    })
  })

  it('has what the request says, and its tasks name it; an id of no task is kept', async () => {
    const { task, get, eventsOf, projectId } = await start()
    const { id } = await task()
    const body = {
      projectId,
      id: 'mine',
      taskIds: [id, 'none'],
      name: 'n',
      agentId: 'a',
      env: { A: '1' },
      status: 'working' as const,
      metadata: { m: [1] },
    }
    expect(await eventsOf((tx) => createSession(tx, body, machine))).toEqual([
      'session:created mine',
      `session:task_added mine ${id}`,
      `task:session_added mine ${id}`,
    ])
    expect(await get('sessions', 'mine')).toMatchObject({ ...body, timeline: [] })
    expect((await get('tasks', id)).sessionIds).toEqual(['mine'])
  })

  it('does not take an id that is taken, nor a project that is not there', async () => {
    const { session } = await start()
    await session([], { id: 'mine' })
    await expect(session([], { id: 'mine' })).rejects.toMatchObject({
      code: 'CONFLICT',
      status: 409,
      message: 'Session mine already exists',
    })
    await expect(session([], { projectId: 'none' })).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' })
  })

  it.each(ended)('that has already ended (%s) says when', async (status) => {
    const { session } = await start()
    const created = await session([], { status })
    expect(created.completedAt).toBe(created.startedAt)
  })
})

describe('the time at which a session ended', () => {
  const afterwards = async (...statuses: SessionStatus[]) => {
    const { session, change, get } = await start()
    const { id } = await session()
    const times: (number | null)[] = []
    for (const status of statuses) {
      await change((tx) => updateSession(tx, id, { status }))
      const { completedAt, lastActivity } = await get('sessions', id)
      times.push(completedAt === lastActivity ? 0 : completedAt)
    }
    return times
  }

  it.each(ended)('is set when it becomes %s, and kept by later changes', async (status) => {
    const [first, second] = await afterwards(status, status)
    expect(first).toBe(0)
    expect(second).toBeGreaterThan(0)
  })

  it.each(open)('is gone when it is %s again', async (status) => {
    expect(await afterwards('completed', status)).toEqual([0, null])
  })

  it('stays when somebody says later that it ended another way', async () => {
    const [first, second] = await afterwards('completed', 'failed')
    expect(first).toBe(0)
    expect(second).toBeGreaterThan(0)
  })
})

describe('an update', () => {
  it('changes what it names: env as a whole, metadata key by key, and the time of the last activity', async () => {
    const { session, change, get } = await start()
    const before = await session([], { env: { A: '1' }, metadata: { a: 1, b: { c: 1 } }, agentId: 'a' })
    const update = (body: Parameters<typeof updateSession>[2]) =>
      change((tx) => updateSession(tx, before.id, body))
    await update({ name: 'n', env: { B: '2' }, metadata: { b: { d: 2 } } })
    const after = await get('sessions', before.id)
    expect(after).toEqual({
      ...before,
      name: 'n',
      env: { B: '2' },
      metadata: { a: 1, b: { d: 2 } },
      lastActivity: expect.any(Number),
    })
    expect(after.lastActivity).toBeGreaterThan(before.lastActivity)
    await update({ env: null, metadata: null, agentId: null })
    expect(await get('sessions', before.id)).toMatchObject({ env: {}, metadata: null })
    expect(await get('sessions', before.id)).not.toHaveProperty('agentId')
    await update({ metadata: { again: 1 } })
    expect((await get('sessions', before.id)).metadata).toEqual({ again: 1 })
  })

  it('appends events and timeline entries, once each by their id, and completes them', async () => {
    const { session, change, get } = await start()
    const { id } = await session()
    const known = { id: 'evt_known', timestamp: 5 }
    const update = () =>
      change((tx) =>
        updateSession(tx, id, {
          events: [{ type: 'new' }, { ...known, type: 'known', data: null }, { ...known, type: 'twice' }],
          timeline: [
            { type: 'progress' },
            { ...known, type: 'milestone', message: 'm', taskId: 't', metadata: {} },
          ],
        }),
      )
    await update()
    const created = { id: expect.stringMatching(/^evt_\d+_[0-9a-z]{9}$/), timestamp: expect.any(Number) }
    const events = [
      { ...created, type: 'new' },
      { ...known, type: 'known', data: null },
    ]
    const timeline = [
      { ...created, type: 'progress' },
      { ...known, type: 'milestone', message: 'm', taskId: 't', metadata: {} },
    ]
    expect(await get('sessions', id)).toMatchObject({ events, timeline })
    await update()
    const again = await get('sessions', id)
    expect(again.events).toEqual([...events, { ...created, type: 'new' }])
    expect(again.timeline).toEqual([...timeline, { ...created, type: 'progress' }])
    expect(new Set(again.events.map((event) => event.id)).size).toBe(3)
  })

  it('with taskIds changes both sides, in the order that was asked for', async () => {
    const { task, session, get, eventsOf } = await start()
    const [kept, left, joined] = [await task(), await task(), await task()]
    const { id } = await session([left.id, kept.id, 'none'])
    const taskIds = [joined.id, 'unknown', kept.id]
    expect(await eventsOf((tx) => updateSession(tx, id, { taskIds }))).toEqual([
      `session:updated ${id}`,
      `session:task_removed ${id} ${left.id}`,
      `task:session_removed ${id} ${left.id}`,
      `session:task_added ${id} ${joined.id}`,
      `task:session_added ${id} ${joined.id}`,
    ])
    const after = await get('sessions', id)
    expect(after.taskIds).toEqual(taskIds)
    expect(after.timeline.map(({ type, taskId }) => [type, taskId])).toEqual([
      ['progress', left.id],
      ['task_started', joined.id],
    ])
    expect((await get('tasks', left.id)).sessionIds).toEqual([])
    expect((await get('tasks', joined.id)).sessionIds).toEqual([id])
  })
})

describe('what a session says', () => {
  it('is appended, and its last activity is then', async () => {
    const { session, change, get, eventsOf } = await start()
    const { id } = await session()
    expect(await eventsOf((tx) => addSessionEvent(tx, id, { type: 'tool', data: { a: 1 } }))).toEqual([
      `session:updated ${id}`,
    ])
    await change((tx) => addSessionEvent(tx, id, { type: 'tool' }))
    await change((tx) => {
      const session = tx.get('sessions', id)
      if (session) addTimelineEntry(tx, session, { message: 'm' })
    })
    const { events, timeline, lastActivity } = await get('sessions', id)
    expect(events).toMatchObject([{ type: 'tool', data: { a: 1 } }, { type: 'tool' }])
    expect(events[1]).not.toHaveProperty('data')
    expect(timeline).toMatchObject([{ type: 'progress', message: 'm', timestamp: lastActivity }])
  })
})

describe('a session that is deleted', () => {
  it('leaves its tasks, takes its queue along, and nothing else', async () => {
    const { workspace, task, session, get, eventsOf } = await start()
    const [one, two] = [await task(), await task()]
    const other = await session([one.id])
    const before = Object.keys(await everything(workspace))
    const { id } = await session([one.id, two.id, 'none'], { strategy: 'queue' })
    expect(await eventsOf((tx) => deleteSession(tx, id))).toEqual([
      `session:task_removed ${id} ${one.id}`,
      `task:session_removed ${id} ${one.id}`,
      `session:task_removed ${id} ${two.id}`,
      `task:session_removed ${id} ${two.id}`,
      `task:updated ${two.id}`,
      `session:deleted ${id}`,
    ])
    expect(Object.keys(await everything(workspace))).toEqual(before)
    expect((await get('tasks', one.id)).sessionIds).toEqual([other.id])
    expect((await get('tasks', two.id)).sessionIds).toEqual([])
  })
})
