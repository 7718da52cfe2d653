// What is shown is not what the server has: an event is lost, outrun by a list, or draws everything.
import { effect } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { createCollection } from '../../console/state/collection'
import { createStore } from '../../console/state/store'
import type { MaestroEvent, Task } from '../../functions/client/client'
import { parseTrusted } from '../../schemas/json-text'
import { entry, request, session, task } from './entities'

const shapeOf = ({ status, title }: Task) => `${status} ${title}`

let number = 0
const event = (type: MaestroEvent['type'], data: object): MaestroEvent =>
  parseTrusted(JSON.stringify({ id: ++number, type, event: type, data, timestamp: 5000 }))

describe('a collection', () => {
  it('draws only what shows the entity that changed', () => {
    const tasks = createCollection<Task>(shapeOf)
    tasks.put(task('a'))
    tasks.put(task('b'))
    const drawn = { a: 0, b: 0, list: 0 }
    effect(() => {
      drawn.a += tasks.get('a') ? 1 : 0
    })
    effect(() => {
      drawn.b += tasks.get('b') ? 1 : 0
    })
    effect(() => {
      drawn.list += tasks.all().length > 0 ? 1 : 0
    })
    tasks.put(task('b', { updatedAt: 2000 }))
    expect(drawn).toEqual({ a: 1, b: 2, list: 1 })
    tasks.put(task('b', { status: 'completed' }))
    expect(drawn).toEqual({ a: 1, b: 3, list: 2 })
  })

  it('tells who asked before it was there', () => {
    const tasks = createCollection<Task>(shapeOf)
    const seen: (string | undefined)[] = []
    effect(() => void seen.push(tasks.get('late')?.status))
    tasks.put(task('late'))
    tasks.remove('late')
    expect(seen).toEqual([undefined, 'todo', undefined])
  })

  it('keeps what events tell while a list is under way, and drops what is gone', () => {
    const tasks = createCollection<Task>(shapeOf)
    for (const id of ['stale', 'gone', 'elsewhere'])
      tasks.put(task(id, { projectId: id === 'elsewhere' ? 'proj_2' : 'proj_1' }))
    const load = tasks.load(({ projectId }) => projectId === 'proj_1')
    tasks.put(task('stale', { title: 'newer' }))
    tasks.put(task('created'))
    tasks.put(task('short-lived'))
    tasks.remove('short-lived')
    load.put([task('stale', { title: 'older' }), task('listed'), task('short-lived')])
    load.end()
    expect(tasks.all().map(({ id, title }) => (id === 'stale' ? title : id))).toEqual([
      'newer',
      'elsewhere',
      'created',
      'listed',
    ])
  })
})

describe('the store', () => {
  it('keeps no environment, and of a session that has ended only its last words', () => {
    const store = createStore()
    const timeline = Array.from({ length: 50 }, (_, index) => entry(`e${index}`, `${index}`))
    store.apply([event('session:created', session('s', { timeline }))])
    expect(store.sessions.peek('s')).toMatchObject({ env: {}, events: [] })
    expect(store.sessions.peek('s')?.timeline).toHaveLength(50)
    store.apply([event('session:updated', session('s', { timeline, status: 'failed' }))])
    expect(store.sessions.peek('s')?.timeline.map(({ message }) => message)).toEqual(['46', '47', '48', '49'])
  })

  it('remembers what was settled while one looked, with who did it', () => {
    const store = createStore()
    store.apply([event('request:created', request('r'))])
    expect(store.settled.value).toEqual([])
    const answer = { optionId: 'y', by: 'Ada', at: 2000 }
    const answered = request('r', { state: 'answered', answer })
    store.apply([event('request:updated', answered), event('request:updated', answered)])
    expect(store.settled.value).toEqual(['r'])
    expect(store.requests.peek('r')?.answer?.by).toBe('Ada')
  })

  it('forgets the requests of a session that was deleted', () => {
    const store = createStore()
    store.apply([
      event('request:created', request('r', { sessionId: 's' })),
      event('session:deleted', { id: 's' }),
    ])
    expect(store.requests.all()).toEqual([])
  })

  it('draws once for many events, and keeps a bounded feed', () => {
    const store = createStore()
    let draws = 0
    effect(() => {
      draws += store.tasks.all().length >= 0 ? 1 : 0
    })
    store.apply(Array.from({ length: 3000 }, (_, index) => event('task:created', task(`t${index}`))))
    expect(draws).toBe(2)
    expect(store.feed.value).toHaveLength(1000)
    expect(store.feed.value.at(-1)).toMatchObject({ taskId: 't2999', name: 'Title of t2999' })
  })

  it('says what changed, in words', () => {
    const store = createStore()
    store.apply([
      event('task:created', task('t')),
      event('task:updated', task('t', { status: 'in_progress' })),
      event('task:updated', task('t', { status: 'in_progress', sessionStatus: 'failed' })),
      event('session:created', session('s')),
      event('session:updated', session('s', { timeline: [entry('e', 'Tests pass')] })),
      event('session:updated', session('s', { timeline: [entry('e', 'Tests pass')] })),
      event('session:updated', session('s', { status: 'failed', endReason: 'It broke' })),
    ])
    expect(store.feed.value.map(({ text, isBad }) => (isBad ? `${text}!` : text))).toEqual([
      'Task created',
      'To do → In progress',
      'Its agent says: Failed!',
      'Session registered',
      'Tests pass',
      'Failed: It broke!',
    ])
  })

  it('appends to a timeline that is looked at, and sees a gap in it', () => {
    const { timelines, apply } = createStore()
    const entries = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => entry(`e${from + index}`))
    timelines.open('s', entries(0, 3))
    apply([event('session:updated', session('s', { timeline: entries(1, 5) }))])
    expect(timelines.get('s')?.entries.map(({ id }) => id)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4'])
    apply([event('session:updated', session('s', { timeline: entries(300, 500), timelineTotal: 500 }))])
    expect(timelines.get('s')).toMatchObject({ earlier: 300 })
    timelines.fill('s', entries(0, 490))
    expect(timelines.get('s')?.entries).toHaveLength(500)
    expect(timelines.get('s')?.earlier).toBe(0)
  })
})
