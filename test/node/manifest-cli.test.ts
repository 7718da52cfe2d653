// The manifest made by a CLI: a small program stands in for it. Its limit of 30 s is too long to wait for here.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Api, client, type Project, refusal, type Task } from '../contract/http'
import { makeDirectories, type Server, startServer } from '../contract/server'
import { connect, heardDuring } from '../contract/socket'

const manifest = { manifestVersion: '1.0', role: 'worker', tasks: [], skills: [], session: { model: 'opus' } }
const write = (text: string) => `fs.writeFileSync(option('--output'), ${JSON.stringify(text)})`
const good = write(JSON.stringify(manifest))

/** A CLI that records how it was called, then does `what` (JavaScript). Returns its path. */
function makeCli(what: string, name = 'maestro'): string {
  const folder = join(makeDirectories().root, 'bin with space')
  mkdirSync(folder)
  const path = join(folder, name)
  const program = `#!${process.execPath}
const fs = require('node:fs')
const option = (name) => process.argv[process.argv.indexOf(name) + 1]
const read = (file) => JSON.parse(fs.readFileSync(process.env.DATA_DIR + '/' + file, 'utf8'))
const call = { args: process.argv.slice(2), env: process.env, stdin: fs.readFileSync(0, 'utf8') }
const projectId = option('--project-id')
call.project = read('projects/' + projectId + '.json')
call.tasks = option('--task-ids').split(',').map((id) => read('tasks/' + projectId + '/' + id + '.json'))
fs.appendFileSync(${JSON.stringify(join(folder, 'calls'))}, JSON.stringify(call) + '\\n')
${what}
`
  writeFileSync(path, program)
  chmodSync(path, 0o755)
  return path
}

interface Call {
  args: string[]
  env: Record<string, string>
  stdin: string
  project: Project
  tasks: Task[]
}
const callsOf = (cli: string): Call[] =>
  readFileSync(join(dirname(cli), 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

async function start(env: Record<string, string>) {
  const server = await startServer({ env: { MANIFEST_GENERATOR: 'cli', ...env } })
  onTestFinished(async () => void (await server.stop()))
  const api = client(server.url)
  const project = await api.project()
  const tasks = [await api.task(project.id), await api.task(project.id, { title: 'just now' })]
  const fields = { projectId: project.id, taskIds: tasks.map(({ id }) => id) }
  return { server, api, project, tasks, fields }
}

interface Spawned {
  sessionId: string
  manifestPath: string
}
const spawn = (api: Api, fields: object) => api.ok<Spawned>('POST', '/api/sessions/spawn', fields)

describe('a CLI that makes the manifest', () => {
  it('is called as the contract says, on files that are current, and its manifest is the one', async () => {
    const cli = makeCli(`${good}; console.log('chatter')`)
    const { server, api, project, tasks, fields } = await start({ MAESTRO_CLI_PATH: cli })
    const told = { ...fields, role: 'worker', strategy: 'tree', skills: ['one', 'two'] }
    const { sessionId, manifestPath } = await spawn(api, told)

    const [call, ...more] = callsOf(cli)
    expect(more).toEqual([])
    const url = `http://localhost:${server.port}`
    expect(call?.args).toEqual([
      ...['manifest', 'generate', '--role', 'worker', '--project-id', project.id],
      ...['--task-ids', fields.taskIds.join(','), '--skills', 'one,two', '--strategy', 'tree'],
      ...['--api-url', url, '--output', manifestPath],
    ])
    const { dataDir: DATA_DIR, sessionDir: SESSION_DIR } = server
    expect(call?.env).toMatchObject({ DATA_DIR, SESSION_DIR, MAESTRO_SERVER_URL: url, MAESTRO_API_URL: url })
    expect(call?.stdin).toBe('')
    expect(call?.project).toEqual(project)
    expect(call?.tasks.map(({ id, title }) => ({ id, title }))).toEqual(
      tasks.map(({ id, title }) => ({ id, title })),
    )

    const written = { ...manifest, templateId: expect.stringMatching(/^tmpl_/) }
    expect(JSON.parse(readFileSync(manifestPath, 'utf8'))).toEqual(written)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toEqual(written)
  })

  it('is found on PATH', async () => {
    const cli = makeCli(good)
    const { api, fields } = await start({ PATH: `${dirname(cli)}:${process.env.PATH}` })
    await spawn(api, fields)
    expect(callsOf(cli)).toHaveLength(1)
  })

  it('is run again without an option that it does not know', async () => {
    const refuse = (name: string) =>
      `if (process.argv.includes('${name}')) { console.error("error: unknown option '${name}'"); process.exit(1) }`
    const cli = makeCli(`${refuse('--api-url')}\n${refuse('--strategy')}\n${good}`)
    const { api, fields } = await start({ MAESTRO_CLI_PATH: cli })
    await spawn(api, fields)
    const last = callsOf(cli).at(-1)
    expect(last?.args).not.toContain('--api-url')
    expect(last?.args).not.toContain('--strategy')
    expect(last?.args).toContain('--output')
  })

  it('is never called through a shell', async () => {
    const cli = makeCli(good)
    const { server, api, fields } = await start({ MAESTRO_CLI_PATH: cli })
    const skill = `$(touch ${server.root}/pwned);touch ${server.root}/pwned`
    await api.request('POST', '/api/sessions/spawn', { ...fields, skills: [skill] })
    expect(existsSync(join(server.root, 'pwned'))).toBe(false)
  })

  it('is not needed: where there is none, the built-in generator serves', async () => {
    const { api, fields, project } = await start({ PATH: dirname(makeCli(good, 'another-name')) })
    const { sessionId } = await spawn(api, fields)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({
      project: { id: project.id },
    })
  })
})

describe('a CLI that fails', () => {
  /** The spawn is refused with this message, and nothing at all remains. */
  async function expectFailure(cli: string, message: string | RegExp) {
    const { server, api, fields, tasks } = await start({ MAESTRO_CLI_PATH: cli })
    const listener = await connect(server.url)
    const events = await heardDuring(listener, api, async () => {
      const answer = await api.request('POST', '/api/sessions/spawn', fields)
      expect(answer).toMatchObject(refusal(500, 'manifest_generation_failed'))
      const text = 'Failed to generate manifest: '
      expect(answer.body.message.startsWith(text)).toBe(true)
      expect(answer.body.message.slice(text.length)).toMatch(message)
      if (typeof message === 'string') expect(answer.body.message).toBe(text + message)
    })
    expect(events).toEqual([])
    expect(await api.get('/api/sessions')).toEqual([])
    expect(await api.get(`/api/tasks/${tasks[0]?.id}`)).toEqual(tasks[0])
    expectNothingIn(server)
  }

  function expectNothingIn({ sessionDir, dataDir }: Server) {
    expect(readdirSync(sessionDir)).toEqual([])
    const sessions = join(dataDir, 'sessions')
    expect(existsSync(sessions) ? readdirSync(sessions) : []).toEqual([])
  }

  it('leaves nothing: it is not there', async () => {
    await expectFailure('/no/such/maestro', 'maestro CLI not found at /no/such/maestro')
  })

  it('leaves nothing: it exits with another code than 0', async () => {
    const cli = makeCli(`${good}; process.stderr.write('boom'); process.exit(3)`)
    await expectFailure(cli, 'Manifest generation failed (exit code 3): boom')
  })

  it.each([
    ['it writes no file', ''],
    ['it writes no JSON', write('{"role":')],
  ])('leaves nothing: %s', async (_, what) => {
    await expectFailure(makeCli(what), /^Failed to read manifest: ./)
  })

  it.each([
    ['manifestVersion', { ...manifest, manifestVersion: undefined }],
    ['role', { ...manifest, role: undefined }],
    ['session.model', { ...manifest, session: {} }],
  ])('leaves nothing: its manifest has no %s', async (field, wrong) => {
    await expectFailure(makeCli(write(JSON.stringify(wrong))), `Manifest missing ${field}`)
  })
})
