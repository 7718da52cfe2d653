// A command that is killed at any call of git leaves a merge half done, or a worktree half removed, and nobody can go on.
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Project } from '../../functions/client/client'
import { findProgram } from '../../local-dev/lib/find-program'
import { maestroInProcess } from '../cli/in-process'
import { maestroWith } from '../cli/maestro'
import { count } from '../figures'
import { startInProcess } from '../memory/target'
import { scaledMs, someOf } from '../random'
import { type GitFolder, openGitFolder } from './git-folder'
import { addTree, type MadeTree } from './session-tree'

let folder: GitFolder
let server: Awaited<ReturnType<typeof startInProcess>>
let client: ReturnType<typeof createClient>
let environment: Record<string, string>
let project: Project
beforeAll(async () => {
  folder = openGitFolder()
  server = await startInProcess({})
  client = createClient({ url: server.url })
  environment = { ...folder.env, MAESTRO_SERVER_URL: server.url }
  // At the call with the number in it, it ends whoever called: before it does anything, or once it has.
  const real = await findProgram('git', process.env.PATH ?? '')
  folder.write('bin', {
    git: `#!/bin/sh
n=$(($(cat "$CALLS") + 1))
echo $n > "$CALLS"
if [ "$n" = "$KILL_AT" ]; then
  [ "$KILL" = after ] && '${real}' "$@" > /dev/null 2>&1
  kill -9 $PPID
  exit 1
fi
exec '${real}' "$@"
`,
  })
  chmodSync(folder.at('bin/git'), 0o755)
  project = await client.projects.create({ name: 'app', workingDir: folder.at('app') })
})
afterAll(async () => {
  await server.stop()
  folder.close()
})

let made = 0
const sessionThatWorked = async () => {
  const repository = `app${++made}`
  folder.commit(repository, { a: '1\n2\n3\n4\n5\n', gone: 'g\n', 'dir/x': 'x\n', '.gitignore': 'out\n' })
  const traces = () => [
    folder.git(repository, 'worktree', 'list', '--porcelain').replace(/^HEAD .*$/gm, ''),
    folder.git(repository, 'for-each-ref', '--format=%(refname)'),
    folder.read(`${repository}/.git/config`),
  ]
  const before = traces()
  const { id } = await client.sessions.create({ projectId: project.id, taskIds: [], status: 'working' })
  const tree = await addTree(folder, id, { project: project.id, repository })
  const { path, branch, base } = tree
  await client.sessions.update(id, { status: 'completed', workspace: { path, branch, base } })
  folder.git(tree.name, 'rm', '-q', 'gone', 'dir/x')
  folder.commit(tree.name, { a: '1\n2\n3\n4\n5 by the session\n', dir: 'a file now\n', 'new/file': 'n\n' })
  folder.commit(repository, { a: '1 by a person\n2\n3\n4\n5\n', own: 'o\n' })
  folder.write(repository, { own: 'changed, not committed\n', 'a new one': 'n\n', out: 'ignored\n' })
  return { repository, tree, before, traces }
}

/** Kills the command at its n-th call of git; whether it got so far. */
const killAt = async (n: number, kill: string, words: readonly string[]): Promise<boolean> => {
  const calls = folder.at('calls')
  writeFileSync(calls, '0')
  const path = [folder.at('bin'), environment.PATH].join(delimiter)
  const { code } = await maestroWith({
    ...environment,
    PATH: path,
    CALLS: calls,
    KILL_AT: String(n),
    KILL: kill,
  }).run(words)
  count('kills', code === null ? 1 : 0)
  return code === null
}

const isMerged = (repository: string, { tree }: { tree: MadeTree }) => {
  expect(folder.git(repository, 'status', '--porcelain')).toBe(' M own\n?? "a new one"')
  expect(folder.read(`${repository}/a`)).toBe('1 by a person\n2\n3\n4\n5 by the session\n')
  expect([folder.read(`${repository}/dir`), folder.read(`${repository}/new/file`)]).toEqual([
    'a file now\n',
    'n\n',
  ])
  expect(existsSync(folder.at(repository, 'gone'))).toBe(false)
  expect([folder.read(`${repository}/own`), folder.read(`${repository}/out`)]).toEqual([
    'changed, not committed\n',
    'ignored\n',
  ])
  expect(folder.git(repository, 'log', '--format=%P', '-1').split(' ')).toContain(
    folder.git(tree.name, 'rev-parse', 'HEAD'),
  )
  expect(folder.names(`${repository}/.git`).filter((name) => /lock|maestro/.test(name))).toEqual([])
}

/** More than any of them makes. */
const calls = Array.from({ length: 90 }, (_, i) => i + 1)
const points = calls.flatMap((n) => ['before', 'after'].map((kill) => ({ n, kill })))

describe('after kill -9 at any call of git', () => {
  it(
    'the next merge is whole, and what was only in the tree is still there',
    async () => {
      for (const { n, kill } of someOf('killed merge', points, 1)) {
        const world = await sessionThatWorked()
        const { repository, tree } = world
        if (!(await killAt(n % 45 || 45, kill, ['session', 'merge', tree.id]))) continue
        const again = await maestroInProcess(environment).run(['session', 'merge', tree.id])
        expect(again, `${n} ${kill}`).toMatchObject({ code: 0 })
        isMerged(repository, world)
      }
    },
    scaledMs(60_000),
  )

  it(
    'the next clean removes all of it, and nothing else',
    async () => {
      for (const { n, kill } of someOf('killed clean', points, 1)) {
        const { repository, tree, before, traces } = await sessionThatWorked()
        await maestroInProcess(environment).text(['session', 'merge', tree.id, '--squash'])
        if (!(await killAt(n % 45 || 45, kill, ['session', 'clean', tree.id]))) continue
        const again = await maestroInProcess(environment).run(['session', 'clean', tree.id])
        expect(again, `${n} ${kill}`).toMatchObject({ code: 0 })
        expect(existsSync(tree.path)).toBe(false)
        expect(traces()).toEqual(before)
        expect(folder.read(`${repository}/dir`)).toBe('a file now\n')
      }
    },
    scaledMs(60_000),
  )
})
