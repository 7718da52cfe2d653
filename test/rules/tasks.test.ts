/** A task says what is to be done and how far it is; nothing of that is lost by changing something else. */

import { describe, expect, it } from 'vitest'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import { start } from './start'

describe('a new task', () => {
  it('has every field, with its default where the request says nothing', async () => {
    const { task, projectId, get } = await start()
    const created = await task()
    expect(created).toEqual({
      id: expect.stringMatching(/^task_\d+_[0-9a-z]{9}$/),
      projectId,
      parentId: null,
      title: 'a task',
      description: '',
      status: 'todo',
      priority: 'medium',
      createdAt: expect.any(Number),
      updatedAt: created.createdAt,
      startedAt: null,
      completedAt: null,
      initialPrompt: '',
      sessionIds: [],
      skillIds: [],
      agentIds: [],
      dependencies: [],
    })
    expect(await get('tasks', created.id)).toEqual(created)
  })

  it('has what the request says', async () => {
    const { task } = await start()
    const [parent, other] = [await task(), await task()]
    const fields = {
      parentId: parent.id,
      description: 'd',
      priority: 'high' as const,
      initialPrompt: 'i',
      skillIds: ['s'],
      agentIds: ['a'],
      dependencies: [other.id],
      model: 'opus' as const,
      dueDate: '2026-03-01',
      acceptanceCriteria: ['c'],
    }
    expect(await task(fields)).toMatchObject(fields)
  })

  it('needs its project', async () => {
    const { change } = await start()
    const body = { projectId: 'none', title: 't' }
    await expect(change((tx) => createTask(tx, body))).rejects.toMatchObject({
      code: 'PROJECT_NOT_FOUND',
      message: 'Project not found',
    })
  })
})

describe('an update', () => {
  it('changes what it names, and the time of the last change', async () => {
    const { task, change, get, eventsOf } = await start()
    const before = await task({ description: 'd', model: 'opus' })
    expect(await eventsOf((tx) => updateTask(tx, before.id, { title: 'new' }))).toEqual([
      `task:updated ${before.id}`,
    ])
    const after = await get('tasks', before.id)
    expect(after).toEqual({ ...before, title: 'new', updatedAt: expect.any(Number) })
    expect(after.updatedAt).toBeGreaterThan(before.updatedAt)
    await expect(change((tx) => updateTask(tx, 'none', {}))).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })

  it('clears with null: what is optional goes, what is not becomes its default', async () => {
    const { task, change, get } = await start()
    const plain = await task()
    const other = await task()
    const { id } = await task({
      description: 'd',
      priority: 'high',
      initialPrompt: 'i',
      skillIds: ['s'],
      agentIds: ['a'],
      dependencies: [other.id],
      model: 'opus',
      dueDate: '2026-03-01',
      acceptanceCriteria: ['c'],
      parentId: other.id,
    })
    await change((tx) => updateTask(tx, id, { sessionStatus: 'working' }))
    await change((tx) =>
      updateTask(tx, id, {
        description: null,
        priority: null,
        initialPrompt: null,
        skillIds: null,
        agentIds: null,
        dependencies: null,
        model: null,
        dueDate: null,
        acceptanceCriteria: null,
        parentId: null,
        sessionStatus: null,
      }),
    )
    const { createdAt, updatedAt } = await get('tasks', id)
    expect(await get('tasks', id)).toEqual({ ...plain, id, createdAt, updatedAt })
  })

  it('remembers when work first began and first ended, whatever follows', async () => {
    const { task, change, get } = await start()
    const { id } = await task()
    const at = async (status: 'todo' | 'in_progress' | 'completed' | 'cancelled' | 'blocked') => {
      await change((tx) => updateTask(tx, id, { status }))
      const { startedAt, completedAt, updatedAt } = await get('tasks', id)
      return { startedAt, completedAt, now: updatedAt }
    }
    expect(await at('blocked')).toMatchObject({ startedAt: null, completedAt: null })
    const begun = await at('in_progress')
    expect(begun).toMatchObject({ startedAt: begun.now, completedAt: null })
    expect(await at('cancelled')).toMatchObject({ startedAt: begun.now, completedAt: null })
    const ended = await at('completed')
    expect(ended).toMatchObject({ startedAt: begun.now, completedAt: ended.now })
    for (const status of ['todo', 'in_progress', 'completed'] as const)
      expect(await at(status)).toMatchObject({ startedAt: begun.now, completedAt: ended.now })
  })

  it('with sessionIds changes both sides; sessions that do not exist are left out', async () => {
    const { task, session, get, eventsOf } = await start()
    const { id } = await task()
    const [kept, left, joined] = [await session([id]), await session([id]), await session()]
    const sessionIds = [kept.id, joined.id, 'none']
    expect(await eventsOf((tx) => updateTask(tx, id, { sessionIds }))).toEqual([
      `task:updated ${id}`,
      `session:task_removed ${left.id} ${id}`,
      `task:session_removed ${left.id} ${id}`,
      `session:task_added ${joined.id} ${id}`,
      `task:session_added ${joined.id} ${id}`,
    ])
    expect((await get('tasks', id)).sessionIds).toEqual([kept.id, joined.id])
    expect((await get('sessions', left.id)).taskIds).toEqual([])
    expect((await get('sessions', joined.id)).taskIds).toEqual([id])
  })
})

describe('a task that is deleted', () => {
  it('leaves its sessions and those that waited for it, and its children move up', async () => {
    const { task, session, get, eventsOf } = await start()
    const grandparent = await task()
    const { id } = await task({ parentId: grandparent.id })
    const child = await task({ parentId: id })
    const waiting = await task({ dependencies: [grandparent.id, id] })
    const both = await task({ parentId: id, dependencies: [id] })
    const unconcerned = await task()
    const [one, two] = [await session([id, child.id]), await session([id])]
    const events = await eventsOf((tx) => deleteTask(tx, id))
    expect(events.slice(0, 4)).toEqual([
      `session:task_removed ${one.id} ${id}`,
      `task:session_removed ${one.id} ${id}`,
      `session:task_removed ${two.id} ${id}`,
      `task:session_removed ${two.id} ${id}`,
    ])
    expect(events.slice(4, -1).sort()).toEqual(
      [child, waiting, both].map((other) => `task:updated ${other.id}`).sort(),
    )
    expect(events.at(-1)).toBe(`task:deleted ${id}`)
    expect(await get('tasks', child.id)).toMatchObject({ parentId: grandparent.id, sessionIds: [one.id] })
    expect(await get('tasks', waiting.id)).toMatchObject({ dependencies: [grandparent.id] })
    expect(await get('tasks', both.id)).toMatchObject({ parentId: grandparent.id, dependencies: [] })
    expect(await get('tasks', unconcerned.id)).toEqual(unconcerned)
    expect((await get('sessions', one.id)).taskIds).toEqual([child.id])
    expect((await get('sessions', two.id)).timeline).toMatchObject([
      { type: 'progress', taskId: id, message: expect.stringMatching(/deleted/i) },
    ])
  })

  it('at the top leaves its children at the top', async () => {
    const { task, change, get } = await start()
    const { id } = await task()
    const child = await task({ parentId: id })
    await change((tx) => deleteTask(tx, id))
    expect((await get('tasks', child.id)).parentId).toBe(null)
    await expect(change((tx) => deleteTask(tx, id))).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })
})
