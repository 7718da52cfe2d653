// Two agents overwrite each other's files, one works in another tree than its own, or what a stranger has committed runs.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { detachedProcesses } from '../../local-dev/runner/process/detached'
import { createFixture, type Fixture, type Runner, waitUntil } from './fixture'

let fixture: Fixture
let runner: Runner
const agent = `sh ${join(import.meta.dirname, 'agents/tree.sh')} {promptFile}`
const run = () => fixture.run(['--agent', agent, '--worktree'])
beforeAll(async () => {
  fixture = await createFixture()
  runner = await run()
})
afterAll(() => fixture.stop())

/** Each is several sessions, one after the other. */
const patienceMs = 120_000

const git = (...words: string[]) =>
  execFileSync('git', words, { cwd: fixture.directory, encoding: 'utf8' }).trim()
const commitSetup = (text: string) => {
  mkdirSync(join(fixture.directory, '.maestro'), { recursive: true })
  writeFileSync(join(fixture.directory, '.maestro/setup'), text)
  git('add', '.maestro')
  git('commit', '--quiet', '--message', 'setup')
}
const spawn = async (fields: object = {}, title = 'one') => {
  const [task] = await fixture.tasks(title)
  return fixture.spawn([task?.id ?? ''], fields)
}
const ended = async (fields?: object, title?: string) => fixture.ended(await spawn(fields, title))
const notes = ({ timeline }: { timeline: readonly { message?: string | undefined }[] }) =>
  timeline.map(({ message }) => message).join('\n')
const inTree = (session: { workspace?: { path: string } | undefined }, name: string) =>
  readFileSync(join(session.workspace?.path ?? '', name), 'utf8')
const requestOf = async (sessionId: string) => {
  const open = () => fixture.client.inbox.list({ sessionId })
  await waitUntil('it is asked', async () => (await open()).length > 0)
  return (await open())[0]
}

it(
  'two sessions work each in a tree of its own, which they find themselves in',
  async () => {
    const before = git('status', '--porcelain', '--branch')
    const [first, second] = await Promise.all([
      ended({}, 'tell who you are'),
      ended({ worktree: { branch: 'topic' } }, 'tell who you are'),
    ])
    expect([first, second]).toMatchObject([
      { status: 'completed', workspace: { branch: `maestro/${first.id}`, base: git('rev-parse', 'HEAD') } },
      { status: 'completed', workspace: { branch: 'topic' } },
    ])
    for (const session of [first, second]) {
      const { path = '' } = session.workspace ?? {}
      const [at, main] = inTree(session, 'place.txt').split('\n')
      expect([at, main]).toEqual([path, fixture.directory])
      expect(inTree(session, 'whoami.txt')).toContain(path)
      expect(git('worktree', 'list')).toContain(path)
      expect(fixture.sessionFile(session.id, 'prompt.md')).toContain(`Directory: \`${path}\``)
      expect(notes(session)).toContain('The project has no .maestro/setup')
    }
    expect(inTree(first, 'place.txt')).not.toBe(inTree(second, 'place.txt'))
    expect(git('status', '--porcelain', '--branch')).toBe(before)
    const outside = await ended({ worktree: false })
    expect(outside).not.toHaveProperty('workspace')
    expect(fixture.file('place.txt')).toContain(fixture.directory)
    git('reset', '--quiet', '--hard', 'HEAD~1')
  },
  patienceMs,
)

it(
  'a session that is started again works in the same tree, also where somebody has removed that',
  async () => {
    const session = await ended()
    const { path = '' } = session.workspace ?? {}
    rmSync(path, { recursive: true })
    await fixture.client.sessions.restart(session.id)
    const again = await fixture.ended(session.id)
    expect(again).toMatchObject({ status: 'completed', workspace: session.workspace })
    expect(
      inTree(again, 'place.txt')
        .split('\n')
        .filter((line) => line === path),
    ).toHaveLength(2)

    rmSync(path, { recursive: true })
    git('worktree', 'remove', '--force', '--force', path)
    git('branch', '-D', `maestro/${session.id}`)
    await fixture.client.sessions.restart(session.id)
    await waitUntil(
      'it has ended',
      async () => (await fixture.client.sessions.get(session.id)).status === 'failed',
    )
    expect((await fixture.client.sessions.get(session.id)).endReason).toMatch(/is gone, and so is its branch/)
    expect(existsSync(path)).toBe(false)
  },
  patienceMs,
)

it(
  'where there can be no worktree the session ends with one sentence, and nothing was made',
  async () => {
    const branches = git('for-each-ref')
    const session = await ended({ worktree: { base: 'no-such-base' } })
    expect(session).toMatchObject({ status: 'failed' })
    expect(session.endReason).toMatch(
      /^The session could not be started: There is no commit "no-such-base" in .+$/,
    )
    expect(git('for-each-ref')).toBe(branches)
  },
  patienceMs,
)

it(
  'what prepares a tree runs only where it is trusted, and its failure ends the session',
  async () => {
    commitSetup('echo "$MAESTRO_MAIN_TREE $MAESTRO_SESSION_NUMBER" > made-by-setup; echo set up\n')
    const untrusted = await ended()
    expect(untrusted.status).toBe('completed')
    expect(notes(untrusted)).toMatch(/\.maestro\/setup is not trusted and did not run: maestro trust /)
    expect(existsSync(join(untrusted.workspace?.path ?? '', 'made-by-setup'))).toBe(false)

    const shown = await fixture.here.text(['trust', '--yes'], { cwd: fixture.directory })
    expect(shown).toContain('echo set up')
    const trusted = await ended()
    expect(inTree(trusted, 'made-by-setup')).toBe(
      `${fixture.directory} ${inTree(trusted, 'place.txt').split('\n')[2]}\n`,
    )
    expect(fixture.sessionFile(trusted.id, 'output.log')).toContain('set up')

    commitSetup('echo there is no npm >&2; exit 3\n')
    await fixture.here.text(['trust', '--yes'], { cwd: fixture.directory })
    const failed = await ended()
    expect(failed).toMatchObject({ status: 'failed' })
    expect(failed.endReason).toMatch(
      /^\.maestro\/setup ended with exit code 3: there is no npm; its output is in /,
    )
  },
  patienceMs,
)

it(
  'what has changed since it was trusted is asked about, over the death of the runner too',
  async () => {
    commitSetup('echo changed > made-by-setup\n')
    const [asked, stopped, refused] = [await spawn(), await spawn(), await spawn()]
    const request = await requestOf(asked)
    expect(request).toMatchObject({ kind: 'approval', detail: expect.stringContaining('echo changed >') })
    await Promise.all([requestOf(stopped), requestOf(refused)])
    await runner.end('SIGKILL')
    runner = await run()
    await fixture.client.requests.answer(request?.id ?? '', { optionId: 'once' })
    const session = await fixture.ended(asked)
    expect(session).toMatchObject({ status: 'completed' })
    expect(inTree(session, 'made-by-setup')).toBe('changed\n')
    await fixture.client.sessions.stop(stopped)
    const other = await requestOf(refused)
    await fixture.client.requests.answer(other?.id ?? '', { optionId: 'without' })
    const without = await fixture.ended(refused)
    expect(existsSync(join(without.workspace?.path ?? '', 'made-by-setup'))).toBe(false)
    expect(notes(without)).toContain('did not run: a person said so')
    expect(await fixture.client.inbox.list({ sessionId: asked, state: 'all' })).toMatchObject([
      { deliveredAt: expect.any(Number) },
    ])
    expect(await fixture.client.sessions.get(stopped)).toMatchObject({ status: 'stopped' })
  },
  patienceMs,
)

it(
  'what prepares a tree ends with its session, and begins anew where its runner died',
  async () => {
    commitSetup('[ -e again ] && exit 0; touch again; sleep 300 & sleep 300\n')
    await fixture.here.text(['trust', '--yes'], { cwd: fixture.directory })
    const stopped = await spawn()
    const begun = (id: string) =>
      waitUntil('it is being prepared', async () => {
        const { workspace } = await fixture.client.sessions.get(id)
        return workspace !== undefined && existsSync(join(workspace.path, 'again'))
      })
    await begun(stopped)
    await fixture.client.sessions.stop(stopped)
    const killed = await spawn()
    await begun(killed)
    await runner.end('SIGKILL')
    runner = await run()
    expect(await fixture.ended(killed)).toMatchObject({ status: 'completed' })
    for (const id of [stopped, killed])
      await waitUntil(
        'nothing is left of it',
        async () => (await detachedProcesses(id, undefined)).length === 0,
      )
  },
  patienceMs,
)
