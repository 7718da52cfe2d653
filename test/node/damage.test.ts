import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { client } from '../contract/http'
import { startServer } from '../contract/server'

const project = { id: 'proj_good', name: 'good', workingDir: '/x', createdAt: 1, updatedAt: 1 }
const bad: Record<string, string> = {
  'projects/proj_half.json': '{"id":"proj_half","na',
  'projects/proj_empty.json': '',
  'projects/proj_null.json': 'null',
  'projects/proj_list.json': '[]',
  'projects/proj_two.json': '{"id":"proj_two"}{"id":"proj_two"}',
  'projects/proj_wrong.json': '{"id":"proj_wrong","name":5}',
  'projects/proj_binary.json': '\u0000\u0001\ufffd',
  'tasks/proj_good/task_half.json': '{"id":"task_half"',
  'tasks/proj_good/task_wrong.json': '{"id":"task_wrong","status":"eaten"}',
  'sessions/sess_half.json': '{',
  'sessions/sess_env.json': '{"env":{"A":hunter}}',
  'sessions/sess_wrong.json': '{"id":"sess_wrong","taskIds":"all"}',
}
const strangers = [
  '.DS_Store',
  'projects/.DS_Store',
  'projects/README.md',
  'tasks/notes.txt',
  'sessions/old.json.bak',
]

const server = await startServer({
  prepare: ({ dataDir }) => {
    const files = { ...bad, 'projects/proj_good.json': JSON.stringify(project) }
    for (const [name, text] of [
      ...Object.entries(files),
      ...strangers.map((name) => [name, 'mine'] as const),
    ]) {
      mkdirSync(dirname(join(dataDir, name)), { recursive: true })
      writeFileSync(join(dataDir, name), text)
    }
    mkdirSync(join(dataDir, 'projects/folder.json'))
    writeFileSync(join(dataDir, 'projects/folder.json/inside.txt'), 'mine')
  },
})
const api = client(server.url)
afterAll(() => server.stop())

interface Verbose {
  version: string
  storage: {
    driver: string
    entities: Record<string, number>
    quarantined: { file: string; reason: string }[]
    freeBytes: number
  }
  clients: number
  lastEventId: unknown
}

describe('a file that cannot be read', () => {
  it('stops nothing: the rest is served', async () => {
    expect(await api.get('/api/projects')).toEqual([project])
    expect(await api.get('/api/tasks')).toEqual([])
    expect(await api.get('/api/sessions')).toEqual([])
    await api.task('proj_good')
  })

  it.each(Object.keys(bad))('is moved aside, whole: %s', (name) => {
    const path = join(server.dataDir, name)
    expect(existsSync(path)).toBe(false)
    const aside = readdirSync(dirname(path)).filter((one) =>
      join(dirname(path), one).startsWith(`${path}.corrupt-`),
    )
    expect(aside).toHaveLength(1)
    expect(readFileSync(join(dirname(path), aside[0] ?? ''), 'utf8')).toBe(bad[name])
  })

  it.each(Object.keys(bad))('is in the log, with its path: %s', async (name) => {
    await expect.poll(server.log).toContain(name)
    expect(server.log()).toContain('ERROR')
  })

  it('does not bring the environment of a session into the log', () => {
    expect(server.log()).not.toContain('hunter')
  })

  it('is counted in the verbose health, with its reason', async () => {
    const { storage } = await api.get<Verbose>('/health?verbose=1')
    for (const name of Object.keys(bad)) {
      const found = storage.quarantined.filter(({ file }) => file.includes(name))
      expect(found).toEqual([{ file: expect.any(String), reason: expect.stringMatching(/./) }])
    }
    const others = storage.quarantined.filter(
      ({ file }) => !Object.keys(bad).some((name) => file.includes(name)),
    )
    expect(others.filter(({ file }) => !file.includes('folder.json'))).toEqual([])
  })
})

describe('files of someone else', () => {
  it('stay where they are', () => {
    for (const name of strangers) expect(readFileSync(join(server.dataDir, name), 'utf8')).toBe('mine')
  })

  it('are not lost where a folder has the name of a document', () => {
    const names = readdirSync(join(server.dataDir, 'projects')).filter((name) =>
      name.startsWith('folder.json'),
    )
    expect(names).toHaveLength(1)
    expect(readFileSync(join(server.dataDir, 'projects', names[0] ?? '', 'inside.txt'), 'utf8')).toBe('mine')
  })
})

describe('GET /health?verbose=1', () => {
  it('adds the version, the storage, the connections and the last event', async () => {
    const { project: projects, projects: plural } = (await api.get<Verbose>('/health?verbose=1')).storage
      .entities
    expect(projects ?? plural).toBe(1)
    expect(await api.get('/health?verbose=1')).toMatchObject({
      status: 'ok',
      timestamp: expect.any(Number),
      uptime: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      storage: { driver: expect.any(String), freeBytes: expect.any(Number) },
      clients: 0,
      lastEventId: expect.anything(),
    })
    expect(await api.get('/health')).not.toHaveProperty('storage')
  })
})
