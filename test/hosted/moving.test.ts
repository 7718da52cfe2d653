/** Who outgrows a machine takes everything along, under the ids that it has; who is cut off on the way goes on. */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { maestroInProcess } from '../cli/in-process'
import { type Api, client, type Task } from '../contract/http'
import { makeDirectories, startServer } from '../contract/server'
import { type Hosted, startHosted } from './target'

const directory = mkdtempSync(join(tmpdir(), 'maestro-moving-'))
const file = join(directory, 'workspace.ndjson')
const token = 'a-token'
let hosted: Hosted

beforeAll(async () => {
  vi.stubEnv('MAESTRO_API_TOKEN', token)
  hosted = await startHosted()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await hosted.stop()
  rmSync(directory, { recursive: true })
})

const run = (program: string, ...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const environment = { ...process.env, MAESTRO_API_TOKEN: token }
    const path = join(import.meta.dirname, `../../dist/${program}.js`)
    const child = execFile(
      process.execPath,
      [path, ...args],
      { env: environment },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })

/** With the hosted server, `maestro` runs in this process: eight processes take longer than all that is moved. */
const maestro = async (...args: string[]): Promise<{ code: number; output: string }> => {
  const { code, stdout, stderr } = await maestroInProcess({}).run(args)
  return { code: code ?? -1, output: stdout + stderr }
}

const everything = async (api: Api) =>
  Promise.all(
    ['projects', 'tasks', 'sessions', 'templates'].map((kind) => api.get<unknown[]>(`/api/${kind}`)),
  )

it('a workspace comes over whole', async () => {
  const local = await startServer()
  const api = client(local.url)
  const project = await api.project({ name: 'é 🎼' })
  const tasks = await Promise.all(Array.from({ length: 250 }, () => api.task(project.id)))
  const session = await api.session(project.id, [tasks[0]?.id ?? ''], { strategy: 'queue' })
  const before = await everything(api)
  const queue = await api.get<unknown>(`/api/sessions/${session.id}/queue`)
  local.signal('SIGTERM')
  await local.exited

  expect(await run('cli', 'export', local.dataDir, file)).toMatchObject({ code: 0 })
  const dry = await maestro('import', file, hosted.url, '--dry-run')
  expect(dry.output).toContain('255 would be stored')
  const there = client(hosted.url)
  expect(await there.get('/api/projects')).toEqual([])

  // It was cut off after the first few lines.
  const half = join(directory, 'half.ndjson')
  writeFileSync(half, readFileSync(file, 'utf8').split('\n').slice(0, 100).join('\n'))
  await maestro('import', half, hosted.url)
  const rest = await maestro('import', file, hosted.url)
  expect(rest).toMatchObject({ code: 0, output: expect.stringContaining('155 stored, 100 unchanged') })
  expect(await everything(there)).toEqual(before)
  expect(await there.get(`/api/sessions/${session.id}/queue`)).toEqual(queue)
  await local.stop()
})

it('what was changed since is kept, and all of it comes back', async () => {
  const there = client(hosted.url)
  const [task] = await there.get<Task[]>('/api/tasks?limit=1')
  await there.ok('PATCH', `/api/tasks/${task?.id}`, { title: 'changed here' })
  const conflict = await maestro('import', file, hosted.url)
  expect(conflict).toMatchObject({
    code: 1,
    output: expect.stringContaining(`conflict: tasks:${task?.projectId}`),
  })

  const back = makeDirectories()
  const returned = join(directory, 'back.ndjson')
  expect(await maestro('export', hosted.url, returned)).toMatchObject({ code: 0 })
  expect(await run('cli', 'import', returned, back.dataDir)).toMatchObject({ code: 0 })
  expect(await run('cli', 'export', back.dataDir, file)).toMatchObject({ code: 0 })
  const lines = (path: string) => readFileSync(path, 'utf8').split('\n').toSorted()
  expect(lines(file)).toEqual(lines(returned))
})

it('what is no document of ours is refused, and nothing of its request is stored', async () => {
  const wrong = join(directory, 'wrong.ndjson')
  const good = { id: 'proj_good', name: 'good', workingDir: '/', createdAt: 1, updatedAt: 1 }
  const lines = [
    { key: 'projects:proj_good', document: good },
    { key: 'projects:proj_other', document: good },
  ]
  writeFileSync(wrong, lines.map((line) => JSON.stringify(line)).join('\n'))
  const { code, output } = await maestro('import', wrong, hosted.url)
  expect([code, output]).toEqual([1, expect.stringContaining('it belongs under projects:proj_good')])
  expect((await client(hosted.url).request('GET', '/api/projects/proj_good')).status).toBe(404)
})

it('skills are published, and are there at once', async () => {
  const { skillsDir } = makeDirectories()
  const environment = { SKILLS_DIR: skillsDir }
  Object.assign(process.env, environment)
  await run('skills-install')
  for (const [name, text] of [
    ['pdf', '\ufeff---\nname: pdf\ndescription: About PDF.\nmetadata: { version: 1.0 }\n---\n\nRead it.\n'],
    ['vague', '---\nname: vague\n---\n'],
  ] as const) {
    mkdirSync(join(skillsDir, name))
    writeFileSync(join(skillsDir, name, 'SKILL.md'), text)
  }
  const { code, output } = await run('skills-publish', hosted.url)
  delete process.env.SKILLS_DIR
  expect([code, output]).toEqual([0, expect.stringContaining('published  maestro-worker')])
  const skill = await client(hosted.url).get<object>('/api/skills/maestro-worker')
  expect(skill).toMatchObject({ id: 'maestro-worker', instructions: expect.stringContaining('#') })
  expect((await client(hosted.url).request('POST', '/api/skills/maestro-worker/reload')).status).toBe(200)
  expect(output).toMatch(/^left out {3}vague: .*no description$/m)
  expect(await client(hosted.url).get('/api/skills/pdf')).toEqual({
    ...{ id: 'pdf', name: 'pdf', description: 'About PDF.', type: 'custom', version: '1.0.0' },
    ...{ instructions: 'Read it.\n', capabilities: [], dependencies: [], assignTo: [] },
  })

  const api = client(hosted.url)
  const project = await api.project()
  const template = { name: 'Skills only', role: 'worker', content: '[{{SKILLS}}]' }
  const { id: templateId } = await api.ok<{ id: string }>('POST', '/api/templates', template)
  const spawned = await api.ok<{ sessionId: string; warnings: string[] }>('POST', '/api/sessions/spawn', {
    ...{ projectId: project.id, taskIds: [(await api.task(project.id)).id], templateId },
    skills: ['gone', 'pdf'],
  })
  expect(spawned.warnings).toEqual(['There is no skill "gone"'])
  expect(await api.get(`/api/sessions/${spawned.sessionId}/manifest`)).toMatchObject({
    systemPrompt: '[---\n# pdf (v1.0.0)\n\nAbout PDF.\n\nRead it.]',
  })
})
