/** Lists and filters must show exactly what is there, in the order in which it came. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../../schemas/task'
import { createMemoryDocuments, type Where } from '../../storage/documents'
import { Entry } from '../../storage/entry'
import { scaled } from '../random'

const task = (id: string, createdAt: number, fields: Partial<Task>): Task => ({
  id,
  projectId: 'p',
  parentId: null,
  title: 'a task',
  description: '',
  status: 'todo',
  priority: 'medium',
  createdAt,
  updatedAt: createdAt,
  startedAt: null,
  completedAt: null,
  initialPrompt: '',
  sessionIds: [],
  skillIds: [],
  agentIds: [],
  dependencies: [],
  ...fields,
})

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const fields = fc.record({
  projectId: fc.constantFrom('p', 'q'),
  parentId: fc.option(id),
  status: fc.constantFrom('todo' as const, 'completed' as const),
  sessionIds: fc.uniqueArray(id, { maxLength: 3 }),
  dependencies: fc.uniqueArray(id, { maxLength: 3 }),
})
const step = fc.oneof(fc.record({ put: id, createdAt: fc.nat(3), fields }), fc.record({ remove: id }))
const where: fc.Arbitrary<Where> = fc.record(
  {
    projectId: fc.constantFrom('p', 'q', 'none'),
    parentId: fc.constantFrom('a', 'b', 'null', 'none'),
    status: fc.constantFrom('todo', 'completed', 'none'),
    sessionIds: id,
    dependencies: id,
  },
  { requiredKeys: [] },
)

const holds = (one: Task, wanted: Where) =>
  Object.entries(wanted).every(([field, value]) => {
    if (field === 'parentId') return (one.parentId ?? 'null') === value
    if (field === 'sessionIds' || field === 'dependencies') return one[field].includes(value)
    return field === 'status' ? one.status === value : one.projectId === value
  })

const byAge = (a: Task, b: Task) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

describe('what is in memory', () => {
  it('is found by id, by any fields and page by page, as in a plain list, after any changes', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(where),
        fc.integer({ min: 1, max: 3 }),
        (steps, wheres, limit) => {
          const documents = createMemoryDocuments()
          const model = new Map<string, Task>()
          for (const one of steps) {
            if ('remove' in one) {
              documents.remove('tasks', one.remove)
              model.delete(one.remove)
            } else {
              const document = task(one.put, one.createdAt, one.fields)
              documents.put('tasks', new Entry('tasks', document))
              model.set(one.put, document)
            }
          }
          for (const wanted of [{}, ...wheres]) {
            const expected = [...model.values()].filter((one) => holds(one, wanted)).sort(byAge)
            expect(documents.list('tasks', wanted).map((entry) => entry.read())).toEqual(expected)
            expect(documents.count('tasks', wanted)).toBe(expected.length)
            const paged: Task[] = []
            let after: Entry<'tasks'> | undefined
            for (let pages = 0; pages <= expected.length; pages++) {
              const page = documents.list('tasks', wanted, { after, limit })
              paged.push(...page.map((entry) => entry.read()))
              after = page.at(-1) ?? after
            }
            expect(paged).toEqual(expected)
          }
          for (const one of ['a', 'b', 'c', 'd', 'e', 'f'])
            expect(documents.get('tasks', one)?.read()).toEqual(model.get(one))
        },
      ),
      { numRuns: scaled(250) },
    )
  })

  it('is ready, or waits, as if that was worked out in the end, whenever some of it was worked out before', () => {
    const wanted: Where[] = [{ waits: 'all' }, { ready: 'medium' }]
    fc.assert(
      fc.property(fc.array(fc.oneof(step, fc.record({ index: fc.nat(4) })), { maxLength: 40 }), (steps) => {
        const documents = createMemoryDocuments()
        const last = createMemoryDocuments()
        for (const one of steps) {
          if ('index' in one) {
            const indexing = documents.indexReady?.()
            for (let n = 0; n < one.index; n++) indexing?.next()
          } else
            for (const each of [documents, last])
              if ('remove' in one) each.remove('tasks', one.remove)
              else each.put('tasks', new Entry('tasks', task(one.put, one.createdAt, one.fields)))
        }
        const ids = (each: typeof documents) =>
          wanted.map((where) => each.list('tasks', where).map(({ id }) => id))
        expect(ids(documents)).toEqual(ids(last))
      }),
      { numRuns: scaled(150) },
    )
  })

  it('of one kind does not show among another', () => {
    const documents = createMemoryDocuments()
    documents.put('tasks', new Entry('tasks', task('a', 1, {})))
    expect(documents.get('sessions', 'a')).toBe(undefined)
    expect(documents.list('projects')).toEqual([])
  })
})

describe('an entry', () => {
  it('gives every reader an object of its own', () => {
    const entry = new Entry('tasks', task('a', 1, {}))
    entry.read().dependencies.push('changed')
    expect(entry.read().dependencies).toEqual([])
    expect(JSON.parse(entry.json)).toEqual(entry.read())
  })

  it('has a tag that is another exactly when its text is', () => {
    const tag = (title: string) => new Entry('tasks', task('a', 1, { title })).etag
    expect(tag('one')).toBe(tag('one'))
    expect(tag('one')).not.toBe(tag('two'))
    expect(tag('one')).toMatch(/^"[\w-]{22}"$/)
  })
})
