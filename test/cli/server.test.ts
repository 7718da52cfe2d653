// Somebody asks at the command line how the server is and what happened, and is told something else.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type MaestroEvent } from '../../functions/client/client'
import { parseTrusted } from '../../schemas/json-text'
import { startServer } from '../contract/server'
import { maestroInProcess } from './in-process'
import { maestroWith, program } from './maestro'

const server = await startServer()
afterAll(() => server.stop())
const client = createClient({ url: server.url })
const { run, text, json } = maestroInProcess({ MAESTRO_SERVER_URL: server.url })
/** As a process, where that is what is tried. */
const { run: runProcess } = maestroWith({ MAESTRO_SERVER_URL: server.url })

describe('serve', () => {
  it('is the server, with the configuration of its environment', async () => {
    const served = await startServer({ command: [process.execPath, program, 'serve'] })
    onTestFinished(async () => void (await served.stop()))
    const here = createClient({ url: served.url })
    const project = await here.projects.create({ name: 'app' })
    await served.kill9()
    const again = await served.restart()
    onTestFinished(async () => void (await again.stop()))
    expect(await here.projects.get(project.id)).toEqual(project)
    expect(await again.stop()).toBe(0)
  })

  it('says what is wrong with its configuration', async () => {
    expect(await runProcess(['serve'], { env: { PORT: 'none' } })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CONFIG_ERROR'),
    })
  })
})

it('status says how the server is, for people and for programs', async () => {
  const { version, storage } = await client.health({ verbose: true })
  expect(await json(['status'])).toMatchObject({
    status: 'ok',
    version,
    storage: { entities: storage?.entities },
  })
  expect(await text(['status'])).toMatch(/^server +http.*\nstatus +ok\nversion +\d/)
  const env = { MAESTRO_SERVER_URL: '', MAESTRO_API_URL: server.url }
  expect(await text(['status'], { env })).toContain(server.url)
})

describe('events', () => {
  it('shows what happened since a number, in the rooms that are named', async () => {
    const { lastEventId = Number.NaN } = await client.health({ verbose: true })
    const project = await client.projects.create({ name: 'app' })
    const template = await client.templates.create({ name: 't', role: 'worker', content: 'x' })
    const since = ['--since', String(lastEventId)]
    expect(await json<MaestroEvent[]>(['events', ...since])).toMatchObject([
      { id: lastEventId + 1, type: 'project:created', data: project },
    ])
    const both = ['events', ...since, '--room', 'templates', '--room', `project:${project.id}`]
    expect((await text(both)).trim().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${lastEventId + 1}  .*  project:created  ${project.id} app$`)),
      expect.stringMatching(new RegExp(`^${lastEventId + 2}  .*  template:created  ${template.id} t$`)),
    ])
    expect(await text(['events', '--since', String(lastEventId + 2)])).toBe('No events\n')
    expect(await text(['events'])).toContain(project.id)
  })

  it('--follow goes on, a line for each', async () => {
    const child = spawn(process.execPath, [program, 'events', '--follow', '--json', '--since', '0'], {
      env: { PATH: process.env.PATH, MAESTRO_SERVER_URL: server.url },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const nextOf = async (id: string): Promise<MaestroEvent> => {
      for (;;) {
        const { value } = await lines.next()
        const event: MaestroEvent = parseTrusted(value)
        if ('id' in event.data && event.data.id === id) return event
      }
    }
    const before = await client.projects.create({ name: 'before' })
    expect(await nextOf(before.id)).toMatchObject({ type: 'project:created', data: before })
    const after = await client.projects.create({ name: 'after' })
    expect(await nextOf(after.id)).toMatchObject({ type: 'project:created', data: after })
    child.kill('SIGINT')
    await once(child, 'close')
  })

  it('in a room that there is not is refused', async () => {
    for (const follow of [[], ['--follow']])
      expect(await run(['events', '--room', 'nowhere', ...follow])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('No such room: nowhere'),
      })
  })
})
