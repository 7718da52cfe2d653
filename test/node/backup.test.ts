// Somebody makes a backup as docs/deploy.md says, needs it, and it is not what was stored.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { client, type Project, type Task } from '../contract/http'
import { startServer } from '../contract/server'

const text = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8')
const chapter = /\n## Backup\n([\s\S]*?)\n## /.exec(text)?.[1] ?? ''
const [copy = '', restore = '', git = ''] = [...chapter.matchAll(/```sh\n([\s\S]*?)```/g)].map(
  ([, commands]) => commands,
)
const goBack = /`(git restore [^`]*)`/.exec(chapter)?.[1] ?? ''

/** A server with something to lose. The commands speak of the default directories: these are in a home of its own. */
const start = async () => {
  const server = await startServer({ env: { DATA_DIR: '', SESSION_DIR: '' } })
  onTestFinished(async () => void (await server.stop()))
  const api = client(server.url)
  const project = await api.project({ name: 'kept' })
  const task = await api.task(project.id)
  const session = await api.session(project.id, [task.id])
  const [kept] = await api.get<Task[]>('/api/tasks')
  const dataDir = join(server.root, '.maestro/data')
  // The files follow a moment after the answer.
  const stored = () => JSON.parse(readFileSync(join(dataDir, `tasks/${project.id}/${task.id}.json`), 'utf8'))
  await expect.poll(stored, { timeout: 10_000 }).toEqual(kept)
  await expect.poll(() => existsSync(join(dataDir, `sessions/${session.id}.json`))).toBe(true)

  const type = (commands: string, cwd = server.root) => {
    expect(commands).not.toBe('')
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    const gitAsAda = `git() { command git ${identity.join(' ')} "$@"; }`
    const env = { PATH: process.env.PATH, HOME: server.root }
    execFileSync('bash', ['-euc', `${gitAsAda}\n${commands}`], { cwd, env, stdio: 'pipe' })
  }
  const loseIt = async () => {
    await api.project({ name: 'made later' })
    await api.ok('DELETE', `/api/tasks/${task.id}`)
    server.signal('SIGTERM')
    expect(await server.exited).toBe(0)
  }
  const expectAllKept = async () => {
    const restarted = await server.restart()
    onTestFinished(async () => void (await restarted.stop()))
    expect((await api.get<Project[]>('/api/projects')).map(({ name }) => name)).toEqual(['kept'])
    expect(await api.get<Task[]>('/api/tasks')).toEqual([kept])
    expect(await api.get('/health?verbose=1')).toMatchObject({ storage: { quarantined: [] } })
  }
  return { dataDir, type, loseIt, expectAllKept }
}

it('a copy made while the server runs is what is served after it was restored', async () => {
  const { type, loseIt, expectAllKept } = await start()
  type(copy)
  await loseIt()
  type(restore.replace(/maestro-[\d-]+\.tgz/, 'maestro-*.tgz'))
  await expectAllKept()
})

it('a history under git brings back how it was', async () => {
  const { dataDir, type, loseIt, expectAllKept } = await start()
  type(git)
  await loseIt()
  type('git add -A && git commit -m "what was lost"', dataDir)
  type(goBack.replace('COMMIT', 'HEAD~1'), dataDir)
  await expectAllKept()
})
