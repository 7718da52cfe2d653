// An agent is started with the token that opens everything, or cannot report with its own.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createShimFolder } from '../../local-dev/runner/shim'
import { parseTrusted } from '../../schemas/json-text'
import { program } from '../cli/maestro'
import { createFixture, type Fixture } from './fixture'

const apiToken = 'the-api-token'
const curious = `node ${join(import.meta.dirname, 'agents', 'curious.mjs')} {promptFile}`

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture({ MAESTRO_API_TOKEN: apiToken })
})
afterAll(() => fixture.stop())

interface Told {
  token: string
  renamed: { status: number; stderr: string }
  deleted: { status: number; stderr: string }
  reported: { status: number; stderr: string }
}

const told = () => parseTrusted<Told>(readFileSync(join(fixture.directory, 'told.json'), 'utf8'))

const expectOwnToken = (id: string) => {
  const { token, renamed, deleted, reported } = told()
  expect(token).toMatch(new RegExp(`^mst_${id}_\\d+_`))
  expect(renamed.stderr).toContain('A session may not change name of itself: a person does')
  expect(deleted.stderr).toContain('A session may not delete a session: a person does')
  expect(reported).toEqual({ status: 0, stderr: '' })
  const file = join(fixture.server.sessionDir, id, 'token')
  expect(readFileSync(file, 'utf8')).toBe(`${token}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
}

it('an agent has its own token from the runner, which says in the session how it works', async () => {
  const flags = ['--permission-mode', 'plan', '--drive', 'terminal', '--budget-minutes', '30']
  const runner = await fixture.run(['--agent', curious, ...flags], { MAESTRO_API_TOKEN: apiToken })
  const [task] = await fixture.tasks('one')
  const id = await fixture.spawn([task?.id ?? ''], { model: 'opus' })
  const session = await fixture.ended(id)
  expect(session).toMatchObject({
    status: 'completed',
    permissionMode: 'plan',
    model: 'opus',
    drive: 'terminal',
    budget: { minutes: 30 },
  })
  expectOwnToken(id)
  await runner.end('SIGTERM')
})

it('an agent that was started without one gets it all the same', async () => {
  const [task] = await fixture.tasks('two')
  const id = await fixture.spawn([task?.id ?? ''])
  const { env } = await fixture.client.sessions.get(id)
  const folder = await createShimFolder(fixture.server.sessionDir, [process.execPath, program])
  await fixture.maestro.run(['worker', 'init', '--agent', curious], {
    env: { ...env, MAESTRO_API_TOKEN: apiToken, PATH: `${folder}:${process.env.PATH}` },
  })
  expect(await fixture.client.sessions.get(id)).toMatchObject({ status: 'completed' })
  expectOwnToken(id)
})
