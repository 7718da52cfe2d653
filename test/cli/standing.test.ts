// Somebody stands in a project's directory, or names a project, a status or a skill, and another one is meant.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Project, type Task } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const server = await startInProcess({})
const root = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-standing-')))
afterAll(async () => {
  await server.stop()
  rmSync(root, { recursive: true, force: true })
})
const client = createClient({ url: server.url })
const { run, text, json } = maestroInProcess({ MAESTRO_SERVER_URL: server.url })

const at = (...names: string[]) => join(root, ...names)
const projectAt = (name: string, workingDir: string) => client.projects.create({ name, workingDir })
/** The project that a task gets that is created here. */
const projectHere = async (cwd: string) =>
  (await json<Task>(['task', 'create', '--title', 'x'], { cwd })).projectId

const git = (cwd: string, ...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: 'pipe',
  })

describe('the project of the directory is found', () => {
  let shop: Project
  beforeAll(async () => {
    mkdirSync(at('shop', 'web', 'src'), { recursive: true })
    symlinkSync(at('shop'), at('link'))
    shop = await projectAt('shop', `${at('link')}/web/../`)
  })

  it('however it was written, and by whichever way one came', async () => {
    expect(await projectHere(at('shop'))).toBe(shop.id)
    expect(await projectHere(at('link', 'web', 'src'))).toBe(shop.id)
  })

  it('where the nearest is reached by a link', async () => {
    symlinkSync(at('shop', 'web'), at('web'))
    const web = await projectAt('web', at('web'))
    expect(await projectHere(at('shop', 'web', 'src'))).toBe(web.id)
    expect(await projectHere(at('shop'))).toBe(shop.id)
  })

  it('in a worktree, wherever that is, and below it', async () => {
    await projectAt('everything', root)
    mkdirSync(at('app', 'api'), { recursive: true })
    const app = await projectAt('app', at('app'))
    const api = await projectAt('api', `${at('app', 'api')}/`)
    git(at('app'), 'init', '-q')
    git(at('app'), 'commit', '-q', '--allow-empty', '-m', 'x')
    git(at('app'), 'worktree', 'add', '-q', at('trees', 'one'))
    mkdirSync(at('trees', 'one', 'api', 'src'), { recursive: true })
    expect(await projectHere(at('trees', 'one'))).toBe(app.id)
    expect(await projectHere(at('trees', 'one', 'api', 'src'))).toBe(api.id)
    const one = await projectAt('one', at('trees', 'one'))
    expect(await projectHere(at('trees', 'one', 'api'))).toBe(one.id)
  })

  it("in a session's worktree, also where the project is in a worktree itself, or of a bare repository", async () => {
    mkdirSync(at('main', 'api'), { recursive: true })
    const main = await projectAt('main', at('main'))
    git(at('main'), 'init', '-q')
    git(at('main'), 'commit', '-q', '--allow-empty', '-m', 'x')
    git(at('main'), 'worktree', 'add', '-q', at('feature'))
    git(at('main'), 'clone', '-q', '--bare', '.', at('main.git'))
    git(at('main.git'), 'worktree', 'add', '-q', at('of-bare'))
    for (const [name, session] of [
      ['feature', 'sess_1'],
      ['of-bare', 'sess_2'],
    ] as const) {
      const project = await projectAt(name, at(name))
      const tree = at('.maestro', 'worktrees', project.id, session)
      git(at(name), 'worktree', 'add', '-q', tree)
      mkdirSync(join(tree, 'api'))
      expect(await projectHere(tree)).toBe(project.id)
      expect(await projectHere(join(tree, 'api'))).toBe(project.id)
    }
    const own = at('.maestro', 'worktrees', main.id, 'sess_3')
    git(at('main'), 'worktree', 'add', '-q', own)
    mkdirSync(join(own, 'api'))
    const api = await projectAt('main/api', at('main', 'api'))
    expect(await projectHere(join(own, 'api'))).toBe(api.id)
  })

  it('unless several have it: then they are named', async () => {
    mkdirSync(at('twins'))
    const twins = [await projectAt('left', at('twins')), await projectAt('right', `${at('twins')}/`)]
    const refused = await run(['task', 'create', '--title', 'x'], { cwd: at('twins') })
    expect(refused).toMatchObject({ code: 64 })
    for (const { id, name } of twins) expect(refused.stderr).toContain(`${id}: ${name}`)
  })
})

it('who makes a second project in a directory is told of the first', async () => {
  mkdirSync(at('shared'))
  const create = ['project', 'create', '--name']
  expect(await text([...create, 'one'], { cwd: at('shared') })).toMatch(/^Created proj_\w+: one, in .*\n$/)
  const second = await text([...create, 'two'], { cwd: at('shared') })
  expect(second).toMatch(/^Created .*\nWarning: proj_\w+ \(one\) has this directory, too.*\n$/)
})

describe('what is named is what is meant', () => {
  it('a project by its name, where one has it', async () => {
    const [first, second] = [await projectAt('named', '/a'), await projectAt('other', '/b')]
    const task = await client.tasks.create({ projectId: first.id, title: 'its' })
    expect(await json(['task', 'list', '--project-id', 'named'])).toEqual([task])
    const made = await json<Task>(['task', 'create', '--title', 'x', '--project-id', 'other'])
    expect(made.projectId).toBe(second.id)
    await client.projects.create({ name: 'named', workingDir: '/c' })
    const refused = await run(['session', 'list', '--project-id', 'named'])
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining(first.id) })
  })

  it.each([
    [['task', 'list', '--project-id', 'nobody'], 2, 'nobody'],
    [['session', 'list', '--project-id', 'nobody'], 2, 'nobody'],
    [['task', 'list', '--parent-id', 'task_nobody'], 2, 'not found'],
    [['task', 'list', '--session-id', 'sess_nobody'], 2, 'not found'],
    [['session', 'list', '--task-id', 'task_nobody'], 2, 'not found'],
    [['task', 'list', '--status', 'finished'], 64, '--status must be one of'],
    [['session', 'list', '--status', 'busy'], 64, '--status must be one of'],
  ])('%j: not an empty list', async (args, code, message) => {
    expect(await run(args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) })
  })

  it('the old words for a status', async () => {
    const { id } = await projectAt('old words', '/d')
    const task = await client.tasks.create({ projectId: id, title: 'x' })
    expect(await json(['task', 'list', '--project-id', id, '--status', 'pending'])).toEqual([task])
    expect(await json(['session', 'list', '--status', 'running'])).toEqual([])
  })

  it('a skill that is there', async () => {
    const { id: projectId } = await projectAt('skilled', '/e')
    const { id } = await client.tasks.create({ projectId, title: 'x' })
    const args = ['session', 'spawn', '--project-id', projectId, '--task-ids', id, '--skills', 'juggling']
    expect(await run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('juggling') })
    expect(await client.sessions.list({ projectId })).toEqual([])
  })
})

it('a list over several projects says what is whose', async () => {
  for (const name of ['garden', 'kitchen']) {
    const { id } = await projectAt(name, `/${name}`)
    await client.tasks.create({ projectId: id, title: `work in the ${name}` })
    await client.sessions.create({ projectId: id, taskIds: [], name: `help in the ${name}` })
  }
  const tasks = await text(['task', 'list'])
  expect(tasks).toMatch(
    /^ID +STATUS +SESSION SAYS +PRIORITY +PROJECT +TITLE\n(.*\n)*.* garden +work in the garden\n/,
  )
  const sessions = await text(['session', 'list'])
  expect(sessions).toMatch(/^ID .* PROJECT +NAME\n(.*\n)*.* kitchen +help in the kitchen\n/)
  for (const kind of ['task', 'session'])
    expect(await text([kind, 'list', '--project-id', 'garden'])).not.toContain('PROJECT')
})
