// An agent is given a task that waits, or an unimportant one, or none and no reason.
import { describe, expect, it } from 'vitest'
import { updateTask } from '../../storage/rules/tasks'
import { setUp } from './claiming'

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
