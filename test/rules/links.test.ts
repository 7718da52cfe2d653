/** Sessions and tasks name each other, always both, whoever was asked. */

import { describe, expect, it } from 'vitest'
import { addTask, removeTask } from '../../storage/rules/links'
import { createProject } from '../../storage/rules/projects'
import { everything } from '../drivers/open'
import { start } from './start'

describe('adding a task to a session', () => {
  it('shows on both sides, in the timeline, and in a pair of events, the session’s first', async () => {
    const { task, session, get, eventsOf } = await start()
    const [first, { id }] = [await task(), await task()]
    const { id: sessionId } = await session([first.id])
    expect(await eventsOf((tx) => addTask(tx, sessionId, id))).toEqual([
      `session:task_added ${sessionId} ${id}`,
      `task:session_added ${sessionId} ${id}`,
    ])
    const { taskIds, timeline, lastActivity } = await get('sessions', sessionId)
    expect(taskIds).toEqual([first.id, id])
    expect(timeline).toEqual([
      { id: expect.any(String), type: 'task_started', taskId: id, timestamp: lastActivity },
    ])
    expect(await get('tasks', id)).toMatchObject({ sessionIds: [sessionId], updatedAt: lastActivity })
  })

  it('that has a queue queues it', async () => {
    const { task, session, get, change } = await start()
    const { id } = await task()
    const { id: sessionId } = await session([], { strategy: 'queue' })
    await change((tx) => addTask(tx, sessionId, id))
    expect((await get('sessions', sessionId)).timeline).toMatchObject([
      { type: 'progress', taskId: id, message: 'Task queued' },
    ])
    expect((await get('queues', sessionId)).items).toMatchObject([{ taskId: id, status: 'queued' }])
  })

  it('works across projects', async () => {
    const { task, session, get, change } = await start()
    const projectId = await change((tx) => createProject(tx, { name: 'q' }, '/').id)
    const { id } = await task({ projectId })
    const { id: sessionId } = await session([])
    await change((tx) => addTask(tx, sessionId, id))
    expect((await get('tasks', id)).sessionIds).toEqual([sessionId])
  })

  it('in which it is already changes nothing and tells nobody', async () => {
    const { workspace, task, session, eventsOf } = await start()
    const { id } = await task()
    const { id: sessionId } = await session([id])
    const before = await everything(workspace)
    expect(await eventsOf((tx) => addTask(tx, sessionId, id))).toEqual([])
    expect(await everything(workspace)).toEqual(before)
  })

  it('is refused when either is not there', async () => {
    const { task, session, change } = await start()
    const { id } = await task()
    const { id: sessionId } = await session()
    await expect(change((tx) => addTask(tx, 'none', id))).rejects.toMatchObject({
      message: 'Session not found',
    })
    await expect(change((tx) => addTask(tx, sessionId, 'none'))).rejects.toMatchObject({
      message: 'Task not found',
    })
  })
})

describe('taking a task out of a session', () => {
  it('shows on both sides, in the timeline, and in a pair of events, the session’s first', async () => {
    const { task, session, get, eventsOf } = await start()
    const [kept, { id }] = [await task(), await task()]
    const { id: sessionId } = await session([kept.id, id])
    expect(await eventsOf((tx) => removeTask(tx, sessionId, id))).toEqual([
      `session:task_removed ${sessionId} ${id}`,
      `task:session_removed ${sessionId} ${id}`,
    ])
    const { taskIds, timeline } = await get('sessions', sessionId)
    expect(taskIds).toEqual([kept.id])
    expect(timeline).toMatchObject([
      { type: 'progress', taskId: id, message: expect.stringMatching(/removed/i) },
    ])
    expect((await get('tasks', id)).sessionIds).toEqual([])
  })

  it('in which it is not changes nothing and tells nobody', async () => {
    const { workspace, task, session, eventsOf } = await start()
    const { id } = await task()
    const { id: sessionId } = await session()
    const before = await everything(workspace)
    expect(await eventsOf((tx) => removeTask(tx, sessionId, id))).toEqual([])
    expect(await everything(workspace)).toEqual(before)
  })
})
