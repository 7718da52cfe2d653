// Whoever may call the API must not choose what a runner executes, where it writes, or whom it tells the token.

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { freePort } from '../contract/server'
import { createFixture, type Fixture, waitUntil } from './fixture'

const token = 'token-of-the-server-0123456789'
let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture({ MAESTRO_API_TOKEN: token })
})
afterEach(() => fixture.clear())
afterAll(() => fixture.stop())

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
      ...{ MAESTRO_TRUST_AGENT: 'evil', MAESTRO_PERMISSIONS: '/evil.json', MAESTRO_DRIVE: 'acp' },
      ...{ MAESTRO_AGENT_ACP: 'touch owned', MAESTRO_STALL_AFTER: '1000' },
    }
    await client.sessions.update(id, { env })
    const flags = ['--trust-agent', 'one, two', '--stall-after', '5', '--drive', 'terminal']
    await fixture.run(['--agent', "sh -c 'env > seen.txt' {promptFile}", ...flags], {
      MAESTRO_API_TOKEN: token,
      // As the driver of the agent that started the runner had it.
      MAESTRO_UNATTENDED: '1',
      DATABASE_URL: 'postgres://ada:secret@db/maestro',
      DATABASE_TYPE: 'postgres',
      GIT_INDEX_FILE: '/elsewhere/index',
    })
    // An agent that says nothing of its task has not completed it.
    expect(await fixture.ended(id)).toMatchObject({ endReason: 'It ended without a report on 1 task(s)' })
    const seen = fixture.file('seen.txt').split('\n')
    expect(seen).toContain('MAESTRO_X_TICKET=A-1')
    expect(seen).toContain(`MAESTRO_SERVER_URL=${server.url}`)
    expect(seen).toContain(`MAESTRO_MANIFEST_PATH=${join(server.sessionDir, id, 'manifest.json')}`)
    expect(seen).toEqual(
      expect.arrayContaining([
        ...['MAESTRO_TRUST_AGENT=one,two', 'MAESTRO_STALL_AFTER=5', 'MAESTRO_DRIVE=terminal'],
        ...['MAESTRO_PERMISSIONS=', 'MAESTRO_AGENT_ACP=', 'MAESTRO_UNATTENDED='],
      ]),
    )
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
  const own = join(fixture.server.root, 'new', 'sessions')
  await fixture.run(['--agent', 'sh -c \'cp "$0" prompt.txt\' {promptFile}'], {
    MAESTRO_API_TOKEN: token,
    SESSION_DIR: own,
  })
  const id = await fixture.spawn([task?.id ?? ''])
  expect(await fixture.ended(id)).toMatchObject({ endReason: 'It ended without a report on 1 task(s)' })
  expect(fixture.file('prompt.txt')).toContain(task?.id)
  expect(existsSync(join(own, id, 'prompt.md'))).toBe(true)
})

it.each(['none', 'tmux'] as const)(
  'writes for its user alone, whatever the umask (terminal: %s)',
  async (terminal) => {
    const [task] = await fixture.tasks('one')
    const own = join(fixture.server.root, `new-${terminal}`, 'sessions')
    const umask = process.umask(0)
    try {
      await fixture.run(
        [
          '--agent',
          `sh -c 'umask > umask.txt; touch up; while [ ! -e go ]; do sleep 0.05; done' {promptFile}`,
        ],
        { MAESTRO_API_TOKEN: token, SESSION_DIR: own },
        terminal,
      )
    } finally {
      process.umask(umask)
    }
    const id = await fixture.spawn([task?.id ?? ''])
    await waitUntil('the agent runs', () => fixture.exists('up'))
    const paths = [
      own,
      ...readdirSync(own, { recursive: true, encoding: 'utf8' }).map((path) => join(own, path)),
    ]
    expect(paths.some((path) => path.includes('/.runner-'))).toBe(true)
    expect(paths.filter((path) => (statSync(path).mode & 0o77) !== 0)).toEqual([])
    // The agent's own files are as its user wants them.
    expect(fixture.file('umask.txt').trim()).toMatch(/^0+$/)
    fixture.releaseTasks()
    await fixture.ended(id)
  },
)

it.each(['none', 'tmux'] as const)('gives agents only what is allowed (terminal: %s)', async (terminal) => {
  const [task] = await fixture.tasks('one')
  const agent = `sh -c 'env > seen.txt; maestro report complete done' {promptFile}`
  const env = { MAESTRO_API_TOKEN: token, MODEL_KEY: 'of Ada', CLOUD_KEY: 'secret', LC_TIME: 'C' }
  await fixture.run(['--agent', agent, '--env-allow', 'MODEL_KEY, ABSENT'], env, terminal)
  const id = await fixture.spawn([task?.id ?? ''])
  expect(await fixture.ended(id)).toMatchObject({ status: 'completed' })
  const seen = fixture.file('seen.txt').split('\n')
  expect(seen).toContain('MODEL_KEY=of Ada')
  expect(seen).toContain('LC_TIME=C')
  expect(seen.filter((line) => /^(CLOUD_KEY|SKILLS_DIR|ABSENT)/.test(line))).toEqual([])
})
