// Somebody installs the package and imports its client, and it has no types, or needs what they do not have.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../contract/server'

const root = join(import.meta.dirname, '../..')
const directory = mkdtempSync(join(tmpdir(), 'maestro-client-'))
const installed = join(directory, 'node_modules/maestro-server')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const program = (name: string) => join(root, 'node_modules/.bin', name)

beforeAll(() => {
  mkdirSync(join(installed, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
  execFileSync('node', ['local-dev/build.mjs', join(installed, 'dist')], { cwd: root })
  execFileSync(program('tsx'), ['local-dev/build/write-client-types.ts', join(installed, 'dist/types')], {
    cwd: root,
  })
  mkdirSync(join(directory, 'node_modules/@types'))
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
})

/** What a user may write, and what the compiler must not let them write. */
const source = `
import { type Client, createClient, MaestroError, type MaestroEvent, type Task } from 'maestro-server/client'

const client: Client = createClient({ url: process.argv[2] ?? '' })
const project = await client.projects.create({ name: 'app' })
const task: Task = await client.tasks.create({ projectId: project.id, title: 'a task', priority: 'high' })
const spawned = await client.sessions.spawn({ projectId: project.id, taskIds: [task.id], strategy: 'queue' })
const started: string | undefined = (await client.queue.start(spawned.sessionId)).item?.taskId
const status: 'todo' | 'in_progress' | 'in_review' | 'completed' | 'cancelled' | 'blocked' = task.status
// @ts-expect-error: there is no such priority
const wrongPriority = () => client.tasks.create({ projectId: project.id, title: 'a task', priority: 'urgent' })
// @ts-expect-error: a title is required
const noTitle = () => client.tasks.create({ projectId: project.id })
// @ts-expect-error: a number is no status
const wrongStatus: number = task.status

const ending = new AbortController()
const heard = (event: MaestroEvent) => {
  if (event.type !== 'task:updated') return
  const title: string = event.data.title
  if (title === 'renamed') ending.abort()
  // @ts-expect-error: a task has no content
  event.data.content.length
}
await client.events.connect({
  signal: ending.signal,
  onEvent: heard,
  onCaughtUp: () => void client.tasks.update(task.id, { title: 'renamed' }),
})
const missing = await client.tasks.get('task_none').catch((error: unknown) => error)
if (!(missing instanceof MaestroError)) throw missing
console.log(started === task.id, status, missing.code, typeof wrongPriority, typeof noTitle, typeof wrongStatus)
process.exit(0)
`

describe('maestro-server/client', () => {
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types that need nothing else (%s, %s)', (module, moduleResolution) => {
    writeFileSync(join(directory, 'user.ts'), source)
    const flags = ['--ignoreConfig', '--strict', '--noEmit', '--target', 'es2023', '--types', 'node']
    const compile = () =>
      execFileSync(
        program('tsc'),
        [...flags, '--module', module, '--moduleResolution', moduleResolution, 'user.ts'],
        { cwd: directory, encoding: 'utf8' },
      )
    expect(compile()).toBe('')
  })

  it('works with nothing installed beside it', async () => {
    const server = await startServer()
    try {
      execFileSync(program('esbuild'), ['user.ts', '--format=esm', '--outfile=user.js'], {
        cwd: directory,
        stdio: 'ignore',
      })
      const told = execFileSync('node', ['user.js', server.url], { cwd: directory, encoding: 'utf8' })
      expect(told).toBe('true todo TASK_NOT_FOUND function function string\n')
    } finally {
      await server.stop()
    }
  })

  it('has nothing of Node in what browsers get', () => {
    const bundle = () =>
      execFileSync(
        program('esbuild'),
        ['user.ts', '--bundle', '--platform=browser', '--format=esm', '--outfile=browser.js'],
        {
          cwd: directory,
          stdio: 'pipe',
        },
      )
    expect(bundle).not.toThrow()
  })
})
