// Whoever may call the API must not choose what a runner executes, where it writes, or whom it tells the token.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePort } from '../contract/server'
import { createFixture, type Fixture } from './fixture'

const token = 'token-of-the-server-0123456789'
let fixture: Fixture
beforeEach(async () => {
  fixture = await createFixture({ MAESTRO_API_TOKEN: token })
})
afterEach(() => fixture.stop())

it('runs, writes and tells nothing that the environment of a session asks for', async () => {
  const { client, directory, server } = fixture
  const elsewhere = join(server.root, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'evil.cjs'), `require('fs').writeFileSync('${elsewhere}/ran', '')`)
  writeFileSync(join(elsewhere, 'evil.sh'), `touch ${elsewhere}/sourced`)
  const heard: string[] = []
  const thief = createServer((request, response) => {
    heard.push(request.headers.authorization ?? 'without a token')
    response.end('{}')
  })
  const port = await freePort()
  await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve))
  try {
    const [task] = await fixture.tasks('one')
    const id = await fixture.spawn([task?.id ?? ''])
    const env = {
      ...{ NODE_OPTIONS: `--require=${elsewhere}/evil.cjs`, BASH_ENV: join(elsewhere, 'evil.sh') },
      ...{ ENV: join(elsewhere, 'evil.sh'), MAESTRO_AGENT: 'touch owned {promptFile}' },
      ...{ MAESTRO_MANIFEST_PATH: join(elsewhere, 'manifest.json'), HOME: elsewhere },
      ...{ MAESTRO_SERVER_URL: `http://127.0.0.1:${port}`, MAESTRO_X_TICKET: 'A-1' },
    }
    await client.sessions.update(id, { env })
    await fixture.run(['--agent', "sh -c 'env > seen.txt' {promptFile}"], {
      MAESTRO_API_TOKEN: token,
      DATABASE_URL: 'postgres://ada:secret@db/maestro',
      GIT_INDEX_FILE: '/elsewhere/index',
    })
    expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
    const seen = fixture.file('seen.txt').split('\n')
    expect(seen).toContain('MAESTRO_X_TICKET=A-1')
    expect(seen).toContain(`MAESTRO_SERVER_URL=${server.url}`)
    expect(seen).toContain(`MAESTRO_MANIFEST_PATH=${join(server.sessionDir, id, 'manifest.json')}`)
    expect(seen.filter((line) => /^(NODE_OPTIONS|BASH_ENV|ENV|DATABASE_URL|GIT_)/.test(line))).toEqual([])
    expect(existsSync(join(server.sessionDir, id, 'prompt.md'))).toBe(true)
    const made = ['ran', 'sourced', 'output.log', 'prompt.md', 'process.json']
    expect(made.filter((name) => existsSync(join(elsewhere, name)))).toEqual([])
    expect(existsSync(join(directory, 'owned'))).toBe(false)
    expect(heard).toEqual([])
  } finally {
    thief.close()
  }
})

it('starts a session whose manifest is with its server alone', async () => {
  const [task] = await fixture.tasks('one')
  const own = join(fixture.server.root, 'own-sessions')
  await fixture.run(['--agent', 'sh -c \'cp "$0" prompt.txt\' {promptFile}'], {
    MAESTRO_API_TOKEN: token,
    SESSION_DIR: own,
  })
  const id = await fixture.spawn([task?.id ?? ''])
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  expect(fixture.file('prompt.txt')).toContain(task?.id)
  expect(existsSync(join(own, id, 'prompt.md'))).toBe(true)
})
