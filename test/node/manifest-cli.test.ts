// The manifest made by a CLI: a small program stands in for it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client } from '../contract/http'
import { startServer } from '../contract/server'
import { type CliCall, callsOf, good, makeCli, manifest, spawn, start, teach, write } from './fake-cli'

const written = { ...manifest, templateId: expect.stringMatching(/^tmpl_/) }
const cli = makeCli('')
const usual = await start({ MAESTRO_CLI_PATH: cli }, afterAll)
const optionsOf = (call: CliCall | undefined) => call?.args.filter((argument) => argument.startsWith('--'))

describe('a CLI that makes the manifest', () => {
  it('is called as the contract says, on files that are current, and its manifest is the one', async () => {
    teach(cli, `${good}; console.log('chatter')`)
    const { server, api, project, tasks, fields } = usual
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
    const { dataDir: DataDir, sessionDir: SessionDir } = server
    expect(call?.env).toMatchObject({
      DATA_DIR: DataDir,
      SESSION_DIR: SessionDir,
      MAESTRO_SERVER_URL: url,
      MAESTRO_API_URL: url,
    })
    expect(call?.env).not.toHaveProperty('MAESTRO_API_TOKEN')
    expect(call?.stdin).toBe('')
    expect(call?.project).toEqual(project)
    expect(call?.tasks).toEqual(tasks)

    expect(JSON.parse(readFileSync(manifestPath, 'utf8'))).toEqual(written)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toEqual(written)
  })

  it('reads tasks as they were changed a moment before, also while others change', async () => {
    // In a shell, which starts before files that lag behind could catch up.
    const lines = [
      '#!/bin/sh',
      'cp "$DATA_DIR/tasks/$6/$8.json" "$0.seen"',
      'for output; do :; done',
      `echo '${JSON.stringify(manifest)}' > "$output"`,
    ]
    writeFileSync(cli, lines.join('\n'))
    const { api, project } = usual
    const task = await api.task(project.id)
    for (let round = 1; round <= 5; round++) {
      const others = Array.from({ length: 20 }, () => api.task(project.id))
      await api.ok('PATCH', `/api/tasks/${task.id}`, { title: `round ${round}` })
      await spawn(api, { projectId: project.id, taskIds: [task.id] })
      expect(parseTrusted<{ title: string }>(readFileSync(`${cli}.seen`, 'utf8')).title).toBe(
        `round ${round}`,
      )
      await Promise.all(others)
    }
  })

  it('is not told of skills where there are none', async () => {
    teach(cli, good)
    const { api, fields } = usual
    await spawn(api, fields)
    expect(optionsOf(callsOf(cli)[0])).not.toContain('--skills')
  })

  it('has what it is not told of put into its manifest: the model and the context of the request', async () => {
    teach(cli, write(JSON.stringify({ ...manifest, context: { custom: { own: 1 }, more: 2 } })))
    const { api, fields } = usual
    const { sessionId } = await spawn(api, { ...fields, model: 'haiku', context: { branch: 'main' } })
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toEqual({
      ...written,
      session: { model: 'haiku' },
      context: { custom: { own: 1, branch: 'main' }, more: 2 },
    })
  })

  it('may call the API while it works, and change things', async () => {
    teach(
      cli,
      `
      const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.MAESTRO_API_TOKEN }
      const call = async (method, path, body) => {
        const answer = await fetch(option('--api-url') + path, { method, headers, body: body && JSON.stringify(body) })
        if (!answer.ok) throw new Error(method + ' ' + path + ' ' + await answer.text())
        return answer.json()
      }
      const [taskId] = option('--task-ids').split(',')
      await call('PATCH', '/api/tasks/' + taskId, { status: 'in_progress' })
      const tasks = (await call('GET', '/api/tasks')).filter((task) => task.id === taskId)
      fs.writeFileSync(option('--output'), JSON.stringify({ ...${JSON.stringify(manifest)}, title: tasks[0].status }))
    `,
    )
    const { api, fields } = usual
    const { sessionId } = await spawn(api, fields)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({ title: 'in_progress' })
  })

  it('is asked where it is named, given the token that the server asks for, and cannot put that into the log', async () => {
    const token = 'a-token-of-the-test'
    const cli = makeCli(`${good}; console.log('the token is', process.env.MAESTRO_API_TOKEN)`)
    const env = {
      MANIFEST_GENERATOR: 'auto',
      MAESTRO_CLI_PATH: cli,
      MAESTRO_API_TOKEN: token,
      LOG_LEVEL: 'debug',
    }
    const server = await startServer({ env })
    onTestFinished(async () => void (await server.stop()))
    const headers = { authorization: `Bearer ${token}` }
    const post = async (path: string, fields: object) =>
      (await client(server.url).request<{ id: string }>('POST', path, fields, headers)).body.id
    const projectId = await post('/api/projects', { name: 'app' })
    const taskId = await post('/api/tasks', { projectId, title: 'a task' })
    await post('/api/sessions/spawn', { projectId, taskIds: [taskId] })

    expect(callsOf(cli).map(({ env }) => env.MAESTRO_API_TOKEN)).toEqual([token])
    expect(server.log()).toContain('the token is [redacted]')
    expect(server.log()).not.toContain(token)
  })

  it.each([
    ["error: unknown option '--api-url'", ['--api-url']],
    ["error: unknown option '--strategy'", ['--strategy']],
    ['Unknown arguments: api-url, apiUrl', ['--api-url']],
    ['unrecognized arguments: --strategy simple --api-url http://localhost', ['--strategy', '--api-url']],
  ])('is run again without an option that it does not know: %s', async (refusal, unknown) => {
    const has = unknown.map((name) => `process.argv.includes('${name}')`).join(' || ')
    teach(cli, `if (${has}) { console.error(${JSON.stringify(refusal)}); process.exit(1) }\n${good}`)
    const { api, fields } = usual
    await spawn(api, fields)
    const all = ['--role', '--project-id', '--task-ids', '--strategy', '--api-url', '--output']
    const known = all.filter((option) => !unknown.includes(option))
    expect(callsOf(cli).map(optionsOf)).toEqual([all, known])
  })

  it('is run a third time if it names the options that it does not know one by one', async () => {
    const refuse = (name: string) =>
      `if (process.argv.includes('${name}')) { console.error("error: unknown option '${name}'"); process.exit(1) }`
    teach(cli, `${refuse('--api-url')}\n${refuse('--strategy')}\n${good}`)
    const { api, fields } = usual
    await spawn(api, fields)
    const last = ['--role', '--project-id', '--task-ids', '--output']
    expect(callsOf(cli).map(optionsOf)).toEqual([expect.anything(), expect.anything(), last])
  })

  it.each([
    ["error: required option '--mode <mode>' not specified", 'orchestrator', 'coordinator'],
    ['Missing required argument: --mode', 'worker', 'worker'],
  ])('that asks for a mode is given one instead of a role: %s', async (refusal, role, mode) => {
    const { role: _role, ...rest } = manifest
    const made = `fs.writeFileSync(option('--output'), JSON.stringify({ ...${JSON.stringify(rest)}, mode: option('--mode') }))`
    const asks = `if (!process.argv.includes('--mode')) { console.error(${JSON.stringify(refusal)}); process.exit(1) }`
    teach(cli, `${asks}\n${made}`)
    const { api, fields } = usual
    const { sessionId } = await spawn(api, { ...fields, role })
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({ role })
    const { args } = callsOf(cli).at(-1) ?? { args: [] }
    expect(args.slice(0, 4)).toEqual(['manifest', 'generate', '--mode', mode])
    for (const gone of ['--role', '--strategy', '--api-url']) expect(args).not.toContain(gone)
  })

  it('is found on PATH; where it refuses the call, that does not keep a session from being spawned', async () => {
    const cli = makeCli(good)
    const { server, api, fields } = await start({ PATH: `${dirname(cli)}:${process.env.PATH}` })
    await spawn(api, fields)
    expect(callsOf(cli)).toHaveLength(1)
    teach(cli, "console.error('no such command: manifest'); process.exit(2)")
    const { sessionId } = await spawn(api, fields)
    await spawn(api, fields)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({ manifestVersion: '1.0' })
    expect(server.log().match(/refuses to make a manifest/g)).toHaveLength(1)
  })

  it('is not asked unless it is named, where nothing says who makes manifests', async () => {
    const cli = makeCli(good)
    const onPath = await start({ MANIFEST_GENERATOR: '', PATH: `${dirname(cli)}:${process.env.PATH}` })
    await spawn(onPath.api, onPath.fields)
    expect(callsOf(cli)).toEqual([])
  })

  it('is never called through a shell', async () => {
    teach(cli, good)
    const { server, api, fields } = usual
    const skill = `$(touch ${server.root}/pwned);touch ${server.root}/pwned`
    await spawn(api, { ...fields, skills: [skill] })
    expect(callsOf(cli)[0]?.args).toContain(skill)
    expect(existsSync(join(server.root, 'pwned'))).toBe(false)
  })

  it('gets no option that is called a skill', async () => {
    teach(cli, good)
    const { server, api, fields } = usual
    await spawn(api, { ...fields, skills: [`--output=${server.root}/elsewhere`, 'one', '-x'] })
    await spawn(api, { ...fields, skills: ['--help'] })
    const [first, second] = callsOf(cli)
    expect(optionsOf(first)).toContain('--skills')
    expect(first?.args.filter((word) => /^one$|\/elsewhere$|^-x$/.test(word))).toEqual(['one'])
    expect(second?.args).not.toContain('--help')
  })

  it('is a process of its own for each of many spawns at once', async () => {
    teach(
      cli,
      `fs.writeFileSync(option('--output'),
      JSON.stringify({ ...${JSON.stringify(manifest)}, pid: process.pid }))`,
    )
    const { api, fields } = usual
    const spawned = await Promise.all(Array.from({ length: 20 }, () => spawn(api, fields)))
    const manifests = spawned.map(({ manifestPath }) =>
      parseTrusted<{ pid: number }>(readFileSync(manifestPath, 'utf8')),
    )
    expect(new Set(manifests.map(({ pid }) => pid)).size).toBe(20)
    expect(callsOf(cli)).toHaveLength(20)
  })

  it('may say more than anybody wants to read', async () => {
    const flood = `const line = 'chatter '.repeat(8192)
      for (let n = 0; n < 200; n++) { fs.writeSync(1, line); fs.writeSync(2, line) }`
    teach(cli, `${flood}; ${good}`)
    const { api, fields } = usual
    const { sessionId } = await spawn(api, fields)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toEqual(written)
  })

  it('is not needed: where there is none, the built-in generator serves', async () => {
    const { api, fields, project } = await start({ PATH: dirname(makeCli(good, 'another-name')) })
    const { sessionId } = await spawn(api, fields)
    expect(await api.get(`/api/sessions/${sessionId}/manifest`)).toMatchObject({
      project: { id: project.id },
    })
  })
})
