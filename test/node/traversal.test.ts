// Raw sockets, because every HTTP client tidies a path before it sends it.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, sep } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { client } from '../contract/http'
import { startServer } from '../contract/server'

const secret = { name: 'outside', workingDir: '/outside', title: 'outside', createdAt: 1, updatedAt: 1 }
const server = await startServer({
  prepare: ({ root, skillsDir }) => {
    for (const folder of [root, skillsDir]) {
      writeFileSync(join(folder, 'canary.json'), JSON.stringify({ ...secret, id: 'canary' }))
      writeFileSync(
        join(folder, 'manifest.json'),
        JSON.stringify({ ...secret, version: '1.0.0', description: 'x' }),
      )
    }
  },
})
const api = client(server.url)
afterAll(() => server.stop())
const project = await api.project()
const task = await api.task(project.id)
const session = await api.session(project.id, [task.id])

/** Every file below the server's root, the server's own dot files aside, by path and content. */
const tree = (): string[] => {
  const own = join(server.dataDir, '.')
  return readdirSync(server.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.slice(own.length).startsWith(`${sep}.`) || !path.startsWith(own))
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
    .sort()
}

let before: string[] = []
beforeEach(async () => {
  // The files follow a change a moment later.
  await expect.poll(() => tree().filter((line) => line.includes(session.id))).toHaveLength(1)
  before = tree()
})
afterEach(async () => {
  await api.get('/api/projects')
  expect(tree()).toEqual(before)
})

const raw = (method: string, path: string, body = ''): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1')
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(part))
    socket.once('error', reject)
    socket.once('close', () => {
      const text = Buffer.concat(parts).toString()
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text })
    })
    const length = Buffer.byteLength(body)
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`,
    )
  })

const climbs = [
  ...['../../canary', '../canary', './../canary', '....//....//canary', '/etc/passwd', '//etc/passwd'],
  ...['..%2f..%2fcanary', '..%2F..%2Fcanary.json', '%2e%2e/%2e%2e/canary', '%2e%2e%2f%2e%2e%2fcanary'],
  ...['%2E%2E%2Fcanary', '.%2e/canary', '..%5c..%5ccanary', '..\\..\\canary', '%5c%5ccanary'],
  ...['%252e%252e%252f%252e%252e%252fcanary', '..%252f..%252fcanary', '%25252e%25252e%25252fcanary'],
  ...['..%c0%af..%c0%afcanary', '%c0%ae%c0%ae%2fcanary', '%u002e%u002e%u2215canary', '..%ef%bc%8fcanary'],
  ...['..%00/canary', 'canary%00.json', '%00', '..;/..;/canary', '%2fetc%2fpasswd', 'C:%5ccanary'],
  ...['..:..:canary', 'x:..:..:canary', '..%3a..%3acanary', '$', 'canary$', '*', '?', '#', '~', '%7e/canary'],
  ...['.', '..', '%2e', '%2e%2e', '.canary', 'canary.json', '%0d%0aX-Injected:%201', 'a%20b', '%', '%2'],
]
const collections = ['/api/projects', '/api/tasks', '/api/sessions', '/api/skills', '/api/templates']
const positions = [
  ...[
    ['GET', '/api/projects/:id'],
    ['PUT', '/api/projects/:id', '{"name":"x"}'],
    ['DELETE', '/api/projects/:id'],
  ],
  ...[
    ['GET', '/api/tasks/:id'],
    ['PATCH', '/api/tasks/:id', '{"title":"x"}'],
    ['DELETE', '/api/tasks/:id'],
  ],
  ...[
    ['GET', '/api/tasks/:id/children'],
    ['GET', '/api/sessions/:id'],
    ['DELETE', '/api/sessions/:id'],
  ],
  ['POST', '/api/tasks/:id/timeline', `{"message":"x","sessionId":"${session.id}"}`],
  ['PATCH', '/api/sessions/:id', '{"name":"x"}'],
  ['POST', '/api/sessions/:id/events', '{"type":"x"}'],
  ['POST', '/api/sessions/:id/timeline', '{"message":"x"}'],
  ['POST', '/api/sessions/:id/tasks/task_none'],
  ['POST', `/api/sessions/${session.id}/tasks/:id`],
  ['DELETE', `/api/sessions/${session.id}/tasks/:id`],
  ['GET', '/api/sessions/:id/manifest'],
  ...[
    ['GET', '/api/skills/:id'],
    ['GET', '/api/skills/role/:id'],
    ['POST', '/api/skills/:id/reload'],
  ],
  ...[
    ['GET', '/api/templates/:id'],
    ['GET', '/api/templates/role/:id'],
    ['GET', '/api/templates/default/:id'],
  ],
  ...[
    ['PUT', '/api/templates/:id', '{"name":"x"}'],
    ['POST', '/api/templates/:id/reset'],
    ['DELETE', '/api/templates/:id'],
  ],
]

describe('an id in a path', () => {
  it.each(positions)('never leads out of the data: %s %s', async (method = '', path = '', body = '') => {
    for (const climb of climbs) {
      const { status, text } = await raw(method, path.replace(':id', climb), body)
      const literal = path.replace(':id', climb)
      const tidied = new URL(literal, server.url).pathname
      // Tidied up, a climb may leave a path that the server has: then it answers as that path does.
      const allowed = tidied === literal ? [400, 404] : collections.includes(tidied) ? [200] : [400, 404, 405]
      expect(allowed, `${method} ${literal}`).toContain(status)
      for (const leak of ['outside', 'root:', '\nX-Injected: 1']) expect(text).not.toContain(leak)
    }
  })
})

describe('an id in a body', () => {
  const paths = [
    '../../canary',
    '..',
    '/etc/passwd',
    '..\\..\\canary',
    'x/../../canary',
    'a:b',
    '\u0000',
    '.',
  ]

  it.each(paths)('never leads out of the data: %j', async (id) => {
    const inProject = { projectId: project.id }
    const bodies: [string, string, object][] = [
      ['POST', '/api/tasks', { projectId: id, title: 'x' }],
      ['POST', '/api/tasks', { ...inProject, title: 'x', parentId: id }],
      ['POST', '/api/tasks', { ...inProject, title: 'x', dependencies: [id] }],
      ['PATCH', `/api/tasks/${task.id}`, { parentId: id }],
      ['PATCH', `/api/tasks/${task.id}`, { dependencies: [id] }],
      ['POST', `/api/tasks/${task.id}/timeline`, { message: 'x', sessionId: id }],
      ['POST', '/api/sessions', { projectId: id, taskIds: [] }],
      ['POST', '/api/sessions', { ...inProject, taskIds: [], id }],
      ['POST', '/api/sessions/spawn', { projectId: id, taskIds: [task.id] }],
      ['POST', '/api/sessions/spawn', { ...inProject, taskIds: [id] }],
      [
        'POST',
        '/api/sessions/spawn',
        { ...inProject, taskIds: [task.id], spawnSource: 'session', sessionId: id },
      ],
      ['POST', '/api/sessions/spawn', { ...inProject, taskIds: [task.id], templateId: id }],
    ]
    for (const [method, path, body] of bodies) {
      const answer = await raw(method, path, JSON.stringify(body))
      expect([400, 404], JSON.stringify(body)).toContain(answer.status)
      expect(answer.text).not.toContain('outside')
    }
  })
})

describe('an id in a filter', () => {
  it('never leads out of the data', async () => {
    for (const climb of climbs) {
      for (const filter of ['tasks?projectId=', 'tasks?parentId=', 'tasks?sessionId=', 'sessions?taskId=']) {
        const { status, text } = await raw('GET', `/api/${filter}${climb}`)
        expect([200, 400]).toContain(status)
        expect(text).not.toContain('outside')
      }
    }
  })
})
