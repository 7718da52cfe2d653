// A session starts from a manifest of the command line that says less than the server's own would.

import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type Project, type SessionManifest, type Task } from '../../functions/client/client'
import { parseTrusted } from '../../schemas/json-text'
import { startServer } from '../contract/server'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'
import { program } from './maestro'

const server = await startInProcess({})
afterAll(() => server.stop())
const client = createClient({ url: server.url })
const { run, text, json } = maestroInProcess({ MAESTRO_SERVER_URL: server.url, SKILLS_DIR: server.skillsDir })
const read = (path: string): SessionManifest => parseTrusted(readFileSync(path, 'utf8'))

let project: Project
let tasks: Task[]
beforeAll(async () => {
  await text(['skill', 'install'])
  project = await client.projects.create({ name: 'app', workingDir: '/home/ada/app' })
  const other = await client.projects.create({ name: 'other' })
  const elsewhere = await client.tasks.create({
    projectId: other.id,
    title: 'elsewhere',
    initialPrompt: 'First',
  })
  const parent = await client.tasks.create({ projectId: project.id, title: 'parent' })
  const task = await client.tasks.create({
    projectId: project.id,
    title: 'task',
    parentId: parent.id,
    model: 'opus',
    dependencies: [elsewhere.id],
    acceptanceCriteria: ['It works'],
  })
  await client.tasks.create({ projectId: other.id, title: 'waits', dependencies: [task.id] })
  await client.tasks.create({ projectId: project.id, title: 'child', parentId: task.id })
  tasks = [task, await client.tasks.create({ projectId: other.id, title: 'of another project' })]
})

const flags = (output: string) => [
  ...['manifest', 'generate', '--role', 'worker', '--project-id', project.id],
  ...['--task-ids', tasks.map(({ id }) => id).join(','), '--skills', 'maestro-cli,maestro-worker'],
  ...['--strategy', 'tree', '--api-url', server.url, '--output', output],
]

describe('manifest generate', () => {
  it('makes the very manifest that the server makes', async () => {
    const { manifestPath, sessionId } = await client.sessions.spawn({
      projectId: project.id,
      taskIds: tasks.map(({ id }) => id),
      strategy: 'tree',
      skills: ['maestro-cli', 'maestro-worker'],
    })
    const output = join(server.root, 'made', sessionId, 'manifest.json')
    expect(await text(flags(output))).toBe(`Wrote ${output}\n`)
    const made = read(output)
    expect(made).toEqual(read(manifestPath))
    expect(made.context?.relatedTasks).toHaveLength(4)
    expect(made.systemPrompt).toContain(sessionId)
    expect(readdirSync(join(server.root, 'made', sessionId))).toEqual(['manifest.json'])
    expect(await json(flags(output))).toEqual(made)
  })

  it('gives it to standard output or a pipe, and replaces neither', async () => {
    const here = { cwd: server.root }
    expect(parseTrusted<SessionManifest>(await text(flags('-'), here)).project?.id).toBe(project.id)
    expect(existsSync(join(server.root, '-'))).toBe(false)
    const fifo = join(server.root, 'fifo')
    execFileSync('mkfifo', [fifo])
    const [ended, written] = await Promise.all([run(flags(fifo)), readFile(fifo, 'utf8')])
    expect(ended.code).toBe(0)
    expect(parseTrusted<SessionManifest>(written).project?.id).toBe(project.id)
    expect(lstatSync(fifo).isFIFO()).toBe(true)
  })

  it('makes it for a server that asks for it, also with a token', async () => {
    const env = { MANIFEST_GENERATOR: 'cli', MAESTRO_CLI_PATH: program, MAESTRO_API_TOKEN: 'secret' }
    const asking = await startServer({ env })
    onTestFinished(async () => void (await asking.stop()))
    const here = createClient({ url: asking.url, token: 'secret' })
    const { id: projectId } = await here.projects.create({ name: 'app' })
    const task = await here.tasks.create({ projectId, title: 'a task' })
    const spawned = await here.sessions.spawn({
      projectId,
      taskIds: [task.id],
      role: 'orchestrator',
      model: 'haiku',
    })
    const made = read(spawned.manifestPath)
    expect(made).toMatchObject({
      role: 'orchestrator',
      tasks: [{ id: task.id }],
      session: { model: 'haiku' },
    })
    expect(made.systemPrompt).toContain(`session: \`${spawned.sessionId}\``)
  })

  it('leaves out a skill that is not there, and says so', async () => {
    const output = join(server.root, 'skills.json')
    const args = flags(output).map((word) => (word.startsWith('maestro-cli,') ? 'none' : word))
    expect(await run(args)).toMatchObject({
      code: 0,
      stderr: 'maestro manifest generate: The skill none is left out: it does not exist, or is broken\n',
    })
    expect(read(output)).toMatchObject({ skills: ['none'] })
  })

  it('writes nothing for what is not there or is wrong', async () => {
    const output = join(server.root, 'never.json')
    const [task = { id: '' }] = tasks
    const withFlag = (flag: string, value: string) =>
      flags(output).map((word, index, words) => (words[index - 1] === flag ? value : word))
    expect(await run(withFlag('--task-ids', 'task_none'))).toMatchObject({
      code: 2,
      stderr: 'maestro manifest generate: Task task_none not found\n',
    })
    expect(await run(withFlag('--project-id', 'proj_none'))).toMatchObject({ code: 2 })
    expect(await run(withFlag('--role', 'boss'))).toMatchObject({ code: 64 })
    expect(await run(withFlag('--api-url', 'http://127.0.0.1:1'))).toMatchObject({ code: 3 })
    expect(await run(['manifest', 'generate', '--task-ids', task.id])).toMatchObject({ code: 64 })
    expect(existsSync(output)).toBe(false)
    expect(await run(flags('/dev/null/manifest.json'))).toMatchObject({ code: 1, stdout: '' })
  })
})
