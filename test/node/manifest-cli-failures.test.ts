// A CLI that should make the manifest and does not: the spawn is refused, and nothing at all remains.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { Answer, Problem } from '../contract/http'
import { makeDirectories } from '../contract/server'
import { connect, heardDuring } from '../contract/socket'
import { callsOf, good, makeCli, manifest, start, teach, write } from './fake-cli'

const cli = makeCli('')
const usual = await start({ MAESTRO_CLI_PATH: cli }, afterAll)

/** The spawn is refused, and no session, folder, event or association of it remains. Returns the refusal. */
const refusalOf = async ({ server, api, fields } = usual, more: object = {}) => {
  const tasks = await api.get('/api/tasks')
  const listener = await connect(server.url)
  let refusal: Answer<Problem> | undefined
  const events = await heardDuring(listener, api, async () => {
    refusal = await api.request('POST', '/api/sessions/spawn', { ...fields, ...more })
  })
  await listener.close()
  expect(events).toEqual([])
  expect(await api.get('/api/sessions')).toEqual([])
  expect(await api.get('/api/tasks')).toEqual(tasks)
  expect(readdirSync(server.sessionDir)).toEqual([])
  expect(readdirSync(join(server.dataDir, 'sessions'))).toEqual([])
  return refusal
}

/** What a spawn is refused with when the CLI does this. */
const refusalWhen = (what: string) => {
  teach(cli, what)
  return refusalOf()
}

/** What a spawn is refused with because its manifest could not be made. */
const failed = (why: string | RegExp) => ({
  status: 500,
  body: {
    error: true,
    code: 'manifest_generation_failed',
    message:
      typeof why === 'string'
        ? `Failed to generate manifest: ${why}`
        : expect.stringMatching(new RegExp(`^Failed to generate manifest: ${why.source}`)),
  },
})

describe('a CLI that fails leaves nothing', () => {
  it('when there is none of its name', async () => {
    const refusal = await refusalOf(await start({ MAESTRO_CLI_PATH: 'maestro-of-the-future' }))
    expect(refusal).toMatchObject(failed('maestro CLI not found at maestro-of-the-future'))
  })

  it('when it is not there, or cannot be run', async () => {
    const path = join(makeDirectories().root, 'maestro')
    const host = await start({ MAESTRO_CLI_PATH: path })
    expect(await refusalOf(host)).toMatchObject(failed(`maestro CLI not found at ${path}`))
    writeFileSync(path, 'no program')
    expect(await refusalOf(host)).toMatchObject(failed(/maestro CLI at .* cannot be run: .*EACCES/))
  })

  it('when it cannot be called with names of skills that are too long for a program', async () => {
    teach(cli, good)
    expect(await refusalOf(usual, { skills: ['x'.repeat(500_000)] })).toMatchObject(
      failed(/maestro CLI at .* cannot be run: /),
    )
  })

  it('when it exits with another code than 0, whatever it wrote', async () => {
    const left = `${good}; fs.mkdirSync(option('--output') + '.d')`
    const refusal = await refusalWhen(
      `${left}; console.log('so far so good'); console.error('boom'); process.exit(3)`,
    )
    expect(refusal).toMatchObject(failed('Manifest generation failed (exit code 3): boom'))
    expect(callsOf(cli)).toHaveLength(1)
  })

  it('when it refuses an option that it cannot do without', async () => {
    const refusal = await refusalWhen(`console.error("error: unknown option '--output'"); process.exit(1)`)
    const why = "Manifest generation failed (exit code 1): error: unknown option '--output'"
    expect(refusal).toMatchObject(failed(why))
    expect(callsOf(cli)).toHaveLength(1)
  })

  it('when it refuses what an option says: it is not called again without the option', async () => {
    const output = "error: option '--strategy <strategy>' argument 'simple' is invalid"
    const refusal = await refusalWhen(`console.error(${JSON.stringify(output)}); process.exit(1)`)
    expect(refusal).toMatchObject(failed(`Manifest generation failed (exit code 1): ${output}`))
    expect(callsOf(cli)).toHaveLength(1)
  })

  it('when it goes on refusing options that it is no longer called with', async () => {
    const output = "unknown option '--api-url', unknown option '--strategy'"
    const refusal = await refusalWhen(`console.error(${JSON.stringify(output)}); process.exit(1)`)
    expect(refusal).toMatchObject(failed(`Manifest generation failed (exit code 1): ${output}`))
    expect(callsOf(cli)).toHaveLength(2)
  })

  it('when it is killed', async () => {
    const refusal = await refusalWhen(`console.error('dying'); process.kill(process.pid, 'SIGKILL')`)
    expect(refusal).toMatchObject(failed('Manifest generation failed (SIGKILL): dying'))
  })

  it('when it fails at great length: the end of it is told', async () => {
    const refusal = await refusalWhen(`fs.writeSync(2, 'x'.repeat(300_000) + 'the reason'); process.exit(1)`)
    expect(refusal).toMatchObject(failed(/Manifest generation failed \(exit code 1\): x+the reason$/))
    expect(refusal?.body.message.length).toBeLessThan(70_000)
  })

  it.each([
    ['no file', ''],
    ['half a file', write('{"role":')],
    ['an empty file', write('')],
    ['a folder', `fs.mkdirSync(option('--output'))`],
  ])('when it writes %s', async (_, what) => {
    expect(await refusalWhen(what)).toMatchObject(failed(/Failed to read manifest: ./))
  })

  it.each([
    ['manifestVersion', { ...manifest, manifestVersion: undefined }],
    ['manifestVersion', []],
    ['manifestVersion', null],
    ['role', { ...manifest, role: undefined }],
    ['role', { ...manifest, role: 'boss' }],
    ['session.model', { ...manifest, session: {} }],
    ['session.model', { ...manifest, session: undefined }],
    ['session.model', { ...manifest, session: null }],
    ['session.model', { ...manifest, session: { model: 7 } }],
  ])('when its manifest has no %s: %j', async (field, wrong) => {
    const refusal = await refusalWhen(write(JSON.stringify(wrong)))
    expect(refusal).toMatchObject(failed(`Manifest missing ${field}`))
  })

  it('when it deletes a task of the session', async () => {
    const { server, api, project, tasks } = usual
    const doomed = await api.task(project.id)
    teach(
      cli,
      `await fetch(option('--api-url') + '/api/tasks/${doomed.id}', { method: 'DELETE' })
      ${good}`,
    )
    const fields = { projectId: project.id, taskIds: [tasks[0]?.id, doomed.id] }
    const refusal = await api.request('POST', '/api/sessions/spawn', fields)
    expect(refusal).toMatchObject({ status: 404, body: { code: 'task_not_found' } })
    expect(await api.get('/api/sessions')).toEqual([])
    expect(await api.get('/api/tasks')).toEqual(tasks)
    expect(readdirSync(server.sessionDir)).toEqual([])
  })

  it('when it deletes the template that the spawn names', async () => {
    const { server, api, fields } = usual
    const template = { name: 'Short', role: 'worker', content: 'Do it.' }
    const { id } = await api.ok<{ id: string }>('POST', '/api/templates', template)
    teach(
      cli,
      `await fetch(option('--api-url') + '/api/templates/${id}', { method: 'DELETE' })
      ${good}`,
    )
    const refusal = await api.request('POST', '/api/sessions/spawn', { ...fields, templateId: id })
    expect(refusal).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect(await api.get('/api/sessions')).toEqual([])
    expect(readdirSync(server.sessionDir)).toEqual([])
  })
})

it('without a place for the manifest nothing is spawned, and the CLI is not run', async () => {
  teach(cli, good)
  const occupied = join(makeDirectories().root, 'a file')
  writeFileSync(occupied, '')
  const { api, fields } = await start({ MAESTRO_CLI_PATH: cli, SESSION_DIR: join(occupied, 'sessions') })
  const refusal = await api.request('POST', '/api/sessions/spawn', fields)
  expect(refusal).toMatchObject({ status: 503, body: { code: 'STORAGE_UNAVAILABLE' } })
  expect(await api.get('/api/sessions')).toEqual([])
  expect(callsOf(cli)).toEqual([])
})

it('a CLI does not outlive the server', async () => {
  teach(cli, `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`)
  const { server, api, fields } = await start({ MAESTRO_CLI_PATH: cli, LOG_LEVEL: 'info' })
  const spawning = api.request('POST', '/api/sessions/spawn', fields).catch(() => 'the server is gone')
  const pid = await vi.waitUntil(() => callsOf(cli)[0]?.pid, 10_000)
  server.signal('SIGTERM')
  await vi.waitUntil(() => server.log().includes('Stopping'), 10_000)
  server.signal('SIGTERM')
  expect(await server.exited).toBe(1)
  expect(await spawning).toBe('the server is gone')
  await vi.waitUntil(() => !isRunning(pid), 10_000)
})

/** A dead process that nobody has asked for yet counts as gone. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
