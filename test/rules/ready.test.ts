// A task is handed out before what it waits for is done, or never, because nobody noticed that it is.
import { expect, it } from 'vitest'
import { firstItems } from '../../functions/http/first-items'
import type { CreateTaskRequest } from '../../schemas/task'
import { type Reader, readerOf } from '../../storage/rules/find'
import { countReady, countWaiting, readyIn, waitingIn } from '../../storage/rules/ready'
import { reasonsOf } from '../../storage/rules/reasons'
import { deleteSession, updateSession } from '../../storage/rules/sessions'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import { expectReadyRight } from './invariants'
import { start } from './start'

it('whatever is done to others, each task is ready when all that it waits for is done, and not before', async () => {
  const { task, session, change, workspace } = await start()
  const a = await task({ title: 'a' })
  const b = await task({ title: 'b', dependencies: [a.id] })
  const c = await task({ title: 'c', parentId: b.id })
  const d = await task({ title: 'd', priority: 'high' })
  const ready = async () => {
    await workspace.read(expectReadyRight)
    return workspace.read((documents) =>
      [...readyIn(readerOf(documents), {})]
        .map(({ id }) => documents.get('tasks', id)?.read().title)
        .join(' '),
    )
  }
  const set = (id: string, fields: Parameters<typeof updateTask>[2]) =>
    change((tx) => updateTask(tx, id, fields))
  const said = (id: string, sessionStatus: 'completed' | 'failed' | null) =>
    set(id, { updateSource: 'session', sessionStatus })

  expect(await ready()).toBe('d a c')
  await set(a.id, { status: 'completed' })
  expect(await ready()).toBe('d c')
  await set(c.id, { status: 'completed' })
  expect(await ready()).toBe('d b')
  // What is done may be undone again, and the other way round.
  await set(a.id, { status: 'in_progress' })
  expect(await ready()).toBe('d')
  await said(a.id, 'completed')
  expect(await ready()).toBe('d b')
  await set(a.id, { status: 'in_review' })
  expect(await ready()).toBe('d')
  await set(a.id, { status: 'todo' })
  expect(await ready()).toBe('d a')
  await set(b.id, { dependencies: [] })
  expect(await ready()).toBe('d a b')
  await set(c.id, { status: 'todo' })
  expect(await ready()).toBe('d a c')
  await set(c.id, { status: 'cancelled' })
  expect(await ready()).toBe('d a b')
  await set(c.id, { status: 'todo' })
  await set(c.id, { parentId: a.id })
  expect(await ready()).toBe('d b c')
  await set(c.id, { parentId: null })
  expect(await ready()).toBe('d a b c')
  await set(b.id, { dependencies: [a.id], priority: 'high' })
  expect(await ready()).toBe('d a c')
  await change((tx) => deleteTask(tx, a.id))
  expect(await ready()).toBe('b d c')
  // Sessions keep tasks from others, or do not.
  const simple = await session([b.id])
  expect(await ready()).toBe('d c')
  await change((tx) => updateSession(tx, simple.id, { taskIds: [d.id] }))
  expect(await ready()).toBe('b c')
  await change((tx) => updateSession(tx, simple.id, { status: 'stopped' }))
  expect(await ready()).toBe('b d c')
  await change((tx) => updateSession(tx, simple.id, { status: 'working' }))
  expect(await ready()).toBe('b c')
  const tree = await session([b.id, c.id], { strategy: 'tree' })
  expect(await ready()).toBe('b c')
  await change((tx) => deleteSession(tx, simple.id))
  expect(await ready()).toBe('b d c')
  await change((tx) => deleteSession(tx, tree.id))
  await said(c.id, 'failed')
  expect(await ready()).toBe('b d')
  await said(c.id, null)
  expect(await ready()).toBe('b d c')
})

it('is found below a task of few and of thousands', async () => {
  const { task, change, workspace, projectId } = await start()
  const top = await task({ title: 'top' })
  const below = await task({ parentId: top.id, title: 'below' })
  const deep = await task({ parentId: below.id, title: 'deep' })
  await task({ title: 'outside' })
  const readyBelow = () =>
    workspace.read((documents) => {
      const reader = readerOf(documents)
      const found = [...readyIn(reader, { under: top.id })]
      expect(countReady(reader, { under: top.id })).toBe(found.length)
      return found.map(({ id }) => id)
    })
  expect(await readyBelow()).toEqual([deep.id])
  const many = await change((tx) => {
    const made: string[] = []
    for (let n = 0; n < 2500; n++)
      made.push(createTask(tx, { projectId, title: 't', parentId: below.id, dependencies: [deep.id] }).id)
    return made
  })
  expect(await readyBelow()).toEqual([deep.id])
  await change((tx) => updateTask(tx, deep.id, { status: 'completed' }))
  expect(await readyBelow()).toEqual(many)
  const reasons = await workspace.read((documents) => {
    const reader = readerOf(documents)
    const found = reader.get('tasks', below.id)
    return found ? reasonsOf(reader, found) : []
  })
  expect(reasons).toHaveLength(20)
  expect(reasons.at(-1)?.message).toMatch(/; and 2480 more$/)
})

it('below a task of thousands, among more that are elsewhere, is found whole, in order, and without looking at all of those', async () => {
  const { task, change, workspace, projectId } = await start()
  const make = (count: number, fields: Partial<CreateTaskRequest>) =>
    change((tx) => {
      const made: string[] = []
      for (let n = 0; n < count; n++) made.push(createTask(tx, { projectId, title: 't', ...fields }).id)
      return made
    })
  const first = await task({ title: 'waited for' })
  const elsewhere = new Set(await make(2500, { priority: 'high' }))
  await make(2100, { dependencies: [first.id] })
  const top = await task({ title: 'top' })
  const middle = await task({ title: 'middle', parentId: top.id })
  const early = await make(3, { parentId: top.id, priority: 'high' })
  const waiting = await make(1100, { parentId: middle.id, dependencies: [first.id] })
  const late = await make(1100, { parentId: middle.id })
  for (const id of await make(2500, { priority: 'high' })) elsewhere.add(id)
  await workspace.read((documents) => {
    const reader = readerOf(documents)
    const looked = new Set<string>()
    const counting: Reader = {
      ...reader,
      fields: (kind, id) => {
        if (elsewhere.has(id)) looked.add(id)
        return reader.fields(kind, id)
      },
    }
    const scope = { under: top.id }
    const found = [...readyIn(counting, scope)]
    expect(found.map(({ id }) => id)).toEqual([...early, ...late])
    // No more of those elsewhere than there are below it.
    expect(looked.size).toBeLessThanOrEqual(2204)
    expect(firstItems(readyIn(reader, scope, found[1]), 3)).toEqual(found.slice(2, 5))
    expect(firstItems(readyIn(reader, scope, found[700]), 3)).toEqual(found.slice(701, 704))
    expect([...readyIn(reader, { ...scope, projectId: 'another' })]).toEqual([])
    expect([...waitingIn(reader, scope)].map(({ id }) => id)).toEqual([middle.id, ...waiting])
    expect(countWaiting(reader, scope)).toBe(1101)
  })
})

it('is found below the end of a long chain', async () => {
  const { task, change, workspace, projectId } = await start()
  const top = await task({ title: 'top' })
  const last = await change((tx) => {
    let parentId = top.id
    for (let n = 0; n < 400; n++) parentId = createTask(tx, { projectId, title: 't', parentId }).id
    return parentId
  })
  await task({ title: 'outside' })
  const below = (under: string) =>
    workspace.read((documents) => [...readyIn(readerOf(documents), { under })].map(({ id }) => id))
  expect(await below(top.id)).toEqual([last])
  expect(await below(last)).toEqual([])
})
