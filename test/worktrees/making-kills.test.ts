// A runner that dies while it makes a worktree leaves half of one, or a branch that keeps the next from being made.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { findProgram } from '../../local-dev/lib/find-program'
import { someOf } from '../random'
import { type GitFolder, openGitFolder } from './git-folder'

let folder: GitFolder
let bundle = ''
beforeAll(async () => {
  folder = openGitFolder()
  bundle = folder.at('worktree.mjs')
  buildSync({
    entryPoints: ['local-dev/worktrees/worktree.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
  })
  const git = await findProgram('git', process.env.PATH ?? '')
  mkdirSync(folder.at('bin'))
  // It numbers its calls, or those that change something; in the one that it is told, its caller dies: before git has begun, and goes on, or when it has ended.
  writeFileSync(
    folder.at('bin/git'),
    `#!/bin/sh
if [ "$KILL_AMONG" = changes ]; then
  case " $* " in
    *" worktree add "*|*" worktree lock "*|*" worktree remove "*|*" update-ref "*|*" checkout-index "*|*" read-tree "*) ;;
    *) exec ${git} "$@" ;;
  esac
fi
n=1
until mkdir "$CALLS/$n" 2> /dev/null; do n=$((n + 1)); done
if [ "$n" -eq "$KILL_AT" ]; then
  [ "$KILL_HOW" = before ] && kill -9 $PPID && exec ${git} "$@"
  ${git} "$@"
  kill -9 $PPID
  exit 1
fi
exec ${git} "$@"
`,
    { mode: 0o755 },
  )
})
afterAll(() => folder.close())
const begin = () => {
  for (const name of ['home', 'app']) rmSync(folder.at(name), { recursive: true, force: true })
  mkdirSync(folder.at('home'))
  folder.commit('app', { a: 'one', 'b/c': 'two' })
}
beforeEach(begin)

const session = { id: 'sess_1', projectId: 'proj_1', worktree: true }
const tree = 'home/.maestro/worktrees/proj_1/sess_1'

/** What the process said, and after how many calls of git it ended. */
const make = (killAt = 0, how = 'after', among = 'changes') => {
  // What one that was killed has left may still be counting.
  const calls = mkdtempSync(folder.at('calls-'))
  const env = {
    ...folder.env,
    PATH: `${folder.at('bin')}:${process.env.PATH}`,
    CALLS: calls,
    KILL_AT: String(killAt),
    KILL_HOW: how,
    KILL_AMONG: among,
  }
  const options = JSON.stringify({ home: folder.at('home'), env, session, projectDir: folder.at('app') })
  const script = join(import.meta.dirname, 'make.mjs')
  const { signal, stdout, stderr } = spawnSync(process.execPath, [script, bundle, options], {
    encoding: 'utf8',
  })
  if (signal === null && stdout === '') throw new Error(stderr)
  return { signal, stdout, calls: readdirSync(calls).length }
}

const callsOf = (total: number) => Array.from({ length: total }, (_, index) => index + 1)

const expectWhole = () => {
  expect(folder.git(tree, 'status', '--porcelain', '--branch')).toBe('## maestro/sess_1')
  const { trees, branches } = {
    trees: folder.git('app', 'worktree', 'list', '--porcelain'),
    branches: folder.git('app', 'for-each-ref', '--format=%(refname:short)'),
  }
  expect(trees.match(/^worktree /gm)).toHaveLength(2)
  expect(trees).toContain('locked maestro session sess_1')
  expect(branches).toBe('maestro/sess_1\nmain')
  expect(folder.names('app/.git/worktrees')).toEqual(['sess_1'])
  expect(folder.names('home/.maestro/worktrees/proj_1')).toEqual(['sess_1', 'sess_1.json'])
}

it.each([
  ['all', 'after'],
  ['changes', 'before'],
])(
  'at any call of git, of %s, the next one makes it whole (killed %s it)',
  (among, how) => {
    const total = make(0, how, among).calls
    expect(total).toBeGreaterThan(1)
    for (const n of someOf(`killed ${how} making`, callsOf(total), 2)) {
      begin()
      expect(make(n, how, among).signal, `call ${n}`).toBe('SIGKILL')
      expect(JSON.parse(make().stdout), `call ${n}`).not.toHaveProperty('error')
      expectWhole()
    }
  },
  120_000,
)

it('at any call while one that is gone is made again, nothing of its work is lost', () => {
  const arrange = (forgotten: boolean) => {
    make()
    folder.commit(tree, { work: 'committed' })
    folder.write(tree, { staged: 'staged' })
    folder.git(tree, 'add', 'staged')
    rmSync(folder.at(tree), { recursive: true })
    if (forgotten) rmSync(folder.at('app/.git/worktrees/sess_1'), { recursive: true })
  }
  for (const forgotten of [false, true]) {
    begin()
    arrange(forgotten)
    const total = make().calls
    expect(total).toBeGreaterThan(0)
    for (const n of someOf(`killed restoring ${forgotten}`, callsOf(total), 1)) {
      begin()
      arrange(forgotten)
      expect(make(n).signal, `call ${n}`).toBe('SIGKILL')
      expect(JSON.parse(make().stdout), `call ${n}`).not.toHaveProperty('error')
      expect(folder.read(`${tree}/work`)).toBe('committed')
      expect(folder.git(tree, 'status', '--porcelain')).toBe(forgotten ? '' : 'A  staged')
      expect(folder.names('app/.git/worktrees')).toEqual(['sess_1'])
    }
  }
}, 120_000)
