import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client, refusal, type Session, type Task } from '../contract/http'
import { startServer } from '../contract/server'

const server = await startServer()
const api = client(server.url)
afterAll(() => server.stop())

const project = await api.project()
const file = (...path: string[]) => join(server.dataDir, ...path)
const text = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : 'no file')

/** The file holds the entity, pretty-printed as people expect to find it under git. */
const expectFile = async (path: string, entity: object) => {
  await expect.poll(() => parsed(path)).toEqual(entity)
  expect(text(path)).toBe(`${JSON.stringify(parsed(path), null, 2)}\n`)
}

const parsed = (path: string): unknown => (existsSync(path) ? JSON.parse(text(path)) : undefined)

describe('the files of a person who looks into DATA_DIR', () => {
  it('hold every project, task and session under its documented path', async () => {
    const task = await api.task(project.id, { title: 'é "quoted" 🎼', acceptanceCriteria: ['one', 'two'] })
    const session = await api.session(project.id, [task.id], { env: { A: '1' } })
    await expectFile(file('projects', `${project.id}.json`), project)
    await expectFile(
      file('tasks', project.id, `${task.id}.json`),
      await api.get<Task>(`/api/tasks/${task.id}`),
    )
    await expectFile(file('sessions', `${session.id}.json`), session)
  })

  it('follow every change, on both sides of a relation', async () => {
    const task = await api.task(project.id)
    const session = await api.session(project.id)
    const taskFile = file('tasks', project.id, `${task.id}.json`)
    const sessionFile = file('sessions', `${session.id}.json`)
    await expectFile(taskFile, task)
    const added = await api.ok<Session>('POST', `/api/sessions/${session.id}/tasks/${task.id}`)
    await expectFile(sessionFile, added)
    await expectFile(taskFile, await api.get<Task>(`/api/tasks/${task.id}`))
    for (const message of ['one', 'two', 'three']) {
      await api.ok('POST', `/api/sessions/${session.id}/timeline`, { message })
    }
    await expectFile(sessionFile, await api.get<Session>(`/api/sessions/${session.id}`))
  })

  it('go when the entity is deleted', async () => {
    const other = await api.project()
    const task = await api.task(other.id)
    const session = await api.session(other.id, [task.id])
    const paths = [
      file('sessions', `${session.id}.json`),
      file('tasks', other.id, `${task.id}.json`),
      file('projects', `${other.id}.json`),
    ]
    for (const path of paths) await expect.poll(() => existsSync(path)).toBe(true)
    await api.ok('DELETE', `/api/sessions/${session.id}`)
    await api.ok('DELETE', `/api/tasks/${task.id}`)
    await api.ok('DELETE', `/api/projects/${other.id}`)
    for (const path of paths) await expect.poll(() => existsSync(path)).toBe(false)
  })

  it('are never seen half-written, however often a file changes while it is read', async () => {
    const { id } = await api.task(project.id)
    const path = file('tasks', project.id, `${id}.json`)
    await expect.poll(() => existsSync(path)).toBe(true)
    for (let turn = 0; turn < 100; turn++) {
      await api.ok('PATCH', `/api/tasks/${id}`, { description: String(turn).repeat(20_000) })
      const { description } = parseTrusted<{ description: string }>(text(path))
      expect(new Set(description.match(/../g)).size).toBeLessThanOrEqual(1)
    }
  })

  it('share DATA_DIR only with folders of the contract and with names that start with a dot', async () => {
    const folders = ['messages', 'projects', 'queues', 'requests', 'sessions', 'tasks', 'templates']
    const names = readdirSync(server.dataDir).filter((name) => !name.startsWith('.'))
    for (const name of names) expect(folders).toContain(name)
    for (const folder of names) {
      for (const name of readdirSync(file(folder), { recursive: true, encoding: 'utf8' })) {
        if (['tasks', 'requests', 'messages'].includes(folder) && !name.includes('/')) continue
        expect(name).toMatch(/\.json$/)
      }
    }
  })
})

describe('a spawned session', () => {
  interface Spawned {
    sessionId: string
    manifestPath: string
    envVars: Record<string, string>
  }

  it('finds its manifest in SESSION_DIR when it is told of it, the same that the API gives', async () => {
    const task = await api.task(project.id)
    const sent = { projectId: project.id, taskIds: [task.id] }
    const { sessionId, manifestPath, envVars } = await api.ok<Spawned>('POST', '/api/sessions/spawn', sent)
    expect(manifestPath).toBe(join(server.sessionDir, sessionId, 'manifest.json'))
    expect(envVars).toMatchObject({
      MAESTRO_MANIFEST_PATH: manifestPath,
      MAESTRO_SERVER_URL: `http://localhost:${server.port}`,
    })
    const written = JSON.parse(text(manifestPath))
    expect(written).toEqual(await api.get(`/api/sessions/${sessionId}/manifest`))
    expect(text(manifestPath)).toBe(`${JSON.stringify(written, null, 2)}\n`)

    await api.ok('DELETE', `/api/sessions/${sessionId}`)
    expect(existsSync(manifestPath)).toBe(true)
  })

  it('is told that its manifest is damaged, and is started by no damaged one', async () => {
    const sent = { projectId: project.id, taskIds: [(await api.task(project.id)).id] }
    const { sessionId, manifestPath } = await api.ok<Spawned>('POST', '/api/sessions/spawn', sent)
    const path = `/api/sessions/${sessionId}`
    await api.ok('POST', `${path}/stop`)
    writeFileSync(manifestPath, '{"manifestVersion":')
    for (const [method, of] of [
      ['GET', `${path}/manifest`],
      ['POST', `${path}/restart`],
    ] as const) {
      const refused = await api.request(method, of)
      expect(refused).toMatchObject(refusal(404, 'NOT_FOUND', 'Manifest not found'))
      expect(refused.body).toMatchObject({ details: { sessionId, reason: expect.stringContaining('JSON') } })
    }
    expect(await api.get(path)).toMatchObject({ status: 'stopped' })
  })

  it('is told that there is no manifest where there is something else, which nobody waits for', async () => {
    const sent = { projectId: project.id, taskIds: [(await api.task(project.id)).id] }
    const { sessionId, manifestPath } = await api.ok<Spawned>('POST', '/api/sessions/spawn', sent)
    await api.ok('POST', `/api/sessions/${sessionId}/stop`)
    const folder = dirname(manifestPath)
    for (const put of [
      () => mkdirSync(manifestPath),
      () => execFileSync('mkfifo', [manifestPath]),
      () => symlinkSync(manifestPath, manifestPath),
      () => {
        rmSync(folder, { recursive: true })
        writeFileSync(folder, '')
      },
    ]) {
      rmSync(manifestPath, { recursive: true, force: true })
      put()
      for (const [method, verb] of [
        ['GET', 'manifest'],
        ['POST', 'restart'],
      ] as const) {
        const refused = await api.request(method, `/api/sessions/${sessionId}/${verb}`)
        expect(refused).toMatchObject(refusal(404, 'NOT_FOUND', 'Manifest not found'))
        expect(refused.body).toMatchObject({ details: { reason: expect.stringContaining(manifestPath) } })
      }
    }
  })

  it('leaves no folder behind when the spawn is refused', async () => {
    const before = readdirSync(server.sessionDir)
    const sent = { projectId: project.id, taskIds: ['task_none'] }
    expect((await api.request('POST', '/api/sessions/spawn', sent)).status).toBe(404)
    expect(readdirSync(server.sessionDir)).toEqual(before)
  })
})

describe('what comes from the machine', () => {
  it('is a session’s host and a project’s default directory', async () => {
    expect(await api.session(project.id)).toMatchObject({ hostname: hostname(), platform: platform() })
    expect((await api.project()).workingDir).toBe(server.root)
  })
})

describe('directories', () => {
  it('are made when they are not there, and those of a home are expanded', async () => {
    const home = join(server.root, 'home')
    mkdirSync(home)
    const homely = await startServer({ env: { HOME: home, DATA_DIR: '~/my data/made', SESSION_DIR: '~/s' } })
    try {
      const { id } = await client(homely.url).project()
      await expect.poll(() => existsSync(join(home, 'my data/made/projects', `${id}.json`))).toBe(true)
    } finally {
      await homely.stop()
    }
  })

  it('are ~/.maestro/data and ~/.maestro/sessions unless told otherwise', async () => {
    const standard = await startServer({ env: { DATA_DIR: '', SESSION_DIR: '', SKILLS_DIR: '' } })
    try {
      const local = client(standard.url)
      const { id } = await local.project()
      await expect
        .poll(() => existsSync(join(standard.root, '.maestro/data/projects', `${id}.json`)))
        .toBe(true)
      const task = await local.task(id)
      const spawned = await local.ok<{ manifestPath: string; sessionId: string }>(
        'POST',
        '/api/sessions/spawn',
        {
          projectId: id,
          taskIds: [task.id],
        },
      )
      const expected = join(standard.root, '.maestro/sessions', spawned.sessionId, 'manifest.json')
      expect(spawned.manifestPath).toBe(expected)
    } finally {
      await standard.stop()
    }
  })
})
