// Somebody looks for a task by its words, and it is not found, or all are.
import { afterAll, describe, expect, it } from 'vitest'
import { type Answer, client, type Task, wrongField } from './http'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

const project = await api.project()
const make = (title: string, fields: object = {}) => api.task(project.id, { title, ...fields })

await make('Login page')
await make('Tests', { description: 'of the LOGIN form,\n"quoted" \\ and (a.*b)' })
await make('ΟΔΟΣ', { initialPrompt: 'login' })
await make('a.b', { acceptanceCriteria: ['login'] })
const done = await make('Straße: log in')
await api.ok('PATCH', `/api/tasks/${done.id}`, { status: 'completed' })
const other = await api.project()
await api.task(other.id, { title: 'login elsewhere' })

const find = async (q: string, more = '') =>
  (await api.get<Task[]>(`/api/tasks?q=${encodeURIComponent(q)}&projectId=${project.id}${more}`)).map(
    ({ title }) => title,
  )

describe('GET /api/tasks?q=', () => {
  it.each([
    ['login', ['Login page', 'Tests']],
    ['LOGIN', ['Login page', 'Tests']],
    [' page', ['Login page']],
    ['form,\n"', ['Tests']],
    ['\\ AND', ['Tests']],
    ['(A.*B)', ['Tests']],
    ['.', ['Tests', 'a.b']],
    ['a.b', ['a.b']],
    ['οδοσ', ['ΟΔΟΣ']],
    ['οδος', ['ΟΔΟΣ']],
    ['straße', ['Straße: log in']],
    ['task_', []],
    ['"title"', []],
    ['nothing like that', []],
  ])('%j finds %j', async (q, titles) => {
    expect(await find(q)).toEqual(titles)
  })

  it('finds all when it is empty', async () => {
    expect(await find('')).toHaveLength(5)
  })

  it('goes together with the other filters', async () => {
    expect(await find('log', '&status=completed')).toEqual(['Straße: log in'])
    expect(await find('log', '&parentId=none')).toEqual([])
    expect((await api.get<Task[]>('/api/tasks?q=login')).at(-1)?.title).toBe('login elsewhere')
  })

  it('comes in pages that together are the whole, which is counted', async () => {
    const found: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = `q=LOG&projectId=${project.id}&limit=1${cursor && `&cursor=${cursor}`}`
      const { body, headers }: Answer<Task[]> = await api.request('GET', `/api/tasks?${query}`)
      expect(headers.get('x-total-count')).toBe('3')
      found.push(...body.map(({ title }) => title))
      cursor = headers.get('x-next-cursor')
    }
    expect(found).toEqual(['Login page', 'Tests', 'Straße: log in'])
  })

  it('is refused when it is longer than any title', async () => {
    expect(await api.request('GET', `/api/tasks?q=${'x'.repeat(501)}`)).toMatchObject(
      wrongField('q', 'q must have at most 500 characters'),
    )
  })
})

describe('GET /api/tasks?sessionStatus=', () => {
  it('finds what sessions say so of, and not who writes about it', async () => {
    const { id: projectId } = await api.project()
    const asks = await api.task(projectId, { title: 'Asks me' })
    await api.task(projectId, { title: 'Me too', description: '"sessionStatus":"needs_input"' })
    const says = { sessionStatus: 'needs_input', updateSource: 'session' }
    await api.ok('PATCH', `/api/tasks/${asks.id}`, says)
    const list = (query: string) =>
      api.get<Task[]>(`/api/tasks?projectId=${projectId}&sessionStatus=${query}`)
    expect((await list('needs_input')).map(({ title }) => title)).toEqual(['Asks me'])
    expect(await list('needs_input&q=too')).toEqual([])
    expect(await list('no_such_word')).toEqual([])
    expect(await list('')).toHaveLength(2)
  })
})
