// The cleaner takes work along, or leaves what nobody needs.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanSession } from '../../local-dev/worktrees/clean'
import { mergeSession } from '../../local-dev/worktrees/merge'
import { readRecord, writeRecord } from '../../local-dev/worktrees/record'
import { someOf } from '../random'
import { type GitFolder, openGitFolder } from './git-folder'
import { addTree, type MadeTree } from './session-tree'

let folder: GitFolder
beforeEach(() => {
  folder = openGitFolder()
})
afterEach(() => folder.close())

const clean = ({ owner }: MadeTree, options = {}) =>
  cleanSession(owner, {
    env: folder.env,
    force: false,
    dryRun: false,
    isLiving: async () => false,
    ...options,
  })

const merge = async ({ tree, owner }: MadeTree, squash = false) =>
  mergeSession(await tree(), { home: owner.home, env: folder.env, squash, title: 'x' })

/** What a tree that was made and removed must leave as it was. */
const traces = () => ({
  trees: folder.git('app', 'worktree', 'list', '--porcelain').replace(/^HEAD .*$/m, ''),
  branches: folder.git('app', 'for-each-ref', '--format=%(refname)'),
  config: folder.read('app/.git/config'),
  files: folder.names('app/.git').filter((name) => !/^(?:COMMIT_EDITMSG|ORIG_HEAD|index|logs)$/.test(name)),
})

const isThere = ({ path, branch }: MadeTree) => [
  existsSync(path),
  folder.git('app', 'for-each-ref', `refs/heads/${branch}`) !== '',
]

const timeout = 120_000

describe('what is elsewhere', { timeout }, () => {
  beforeEach(() => folder.commit('app', { a: 'a\n', b: 'b\n', '.gitignore': 'out\n' }))

  it.each(['nothing done', 'merged', 'squashed', 'squashed, and gone on from'] as const)(
    'is removed with its tree, its branch and every trace: %s',
    async (how) => {
      const before = traces()
      const one = await addTree(folder, 'sess_1')
      if (how !== 'nothing done') folder.commit(one.name, { a: 'one\n', added: 'n\n' })
      if (how.startsWith('squashed')) folder.git(one.name, 'mv', 'b', 'c')
      if (how.startsWith('squashed')) folder.git(one.name, 'commit', '-qm', 'x')
      folder.git('app', 'config', 'branch.maestro/sess_1.remote', 'origin')
      if (how !== 'nothing done') await merge(one, how.startsWith('squashed'))
      if (how.endsWith('from')) folder.commit('app', { a: 'another\n', c: 'another\n' })
      expect(await clean(one, { dryRun: true })).toMatchObject({ outcome: 'would_remove', reasons: [] })
      expect(isThere(one)).toEqual([true, true])
      expect(await clean(one)).toEqual({
        ...{ sessionId: 'sess_1', path: one.path, branch: one.branch, outcome: 'removed', reasons: [] },
      })
      expect(traces()).toEqual(before)
      expect(existsSync(folder.at('home/.maestro/worktrees/proj_1'))).toBe(false)
      expect(await clean(one)).toBeUndefined()
    },
  )

  it('is removed where it was squashed by somebody else, pushed, or where the tree is gone already', async () => {
    const [one, two, three] = [
      await addTree(folder, 'sess_1'),
      await addTree(folder, 'sess_2'),
      await addTree(folder, 'sess_3'),
    ]
    folder.commit(one.name, { x: '1\n' })
    folder.commit(one.name, { x: '1\n2\n' })
    folder.commit('app', { x: '1\n2\n', y: 'y\n' }, 'squashed by hand')
    const pushed = folder.commit(two.name, { z: 'z\n' })
    folder.git('app', 'update-ref', 'refs/remotes/origin/maestro/sess_2', pushed)
    rmSync(three.path, { recursive: true })
    const removed = [await clean(one), await clean(two), await clean(three)]
    expect(removed.map((result) => result?.outcome)).toEqual(['removed', 'removed', 'removed'])
    for (const made of [one, two, three]) expect(isThere(made)).toEqual([false, false])
  })

  it('stays reachable where a squash has left out what came between, and no ref is left where it has not', async () => {
    const [left, written] = [await addTree(folder, 'sess_1'), await addTree(folder, 'sess_2')]
    const between = folder.commit(left.name, { n: 'tried\n' })
    folder.commit(left.name, { n: 'done\n' })
    folder.commit(written.name, { m: 'one\n' })
    folder.commit(written.name, { m: 'one\ntwo\n' })
    for (const one of [left, written]) await merge(one, true)
    expect(await clean(left)).toMatchObject({ outcome: 'removed', commitsAt: 'refs/maestro/kept/sess_1' })
    expect(folder.git('app', 'rev-list', 'refs/maestro/kept/sess_1').split('\n')).toContain(between)
    expect(await clean(written)).not.toHaveProperty('commitsAt')
  })

  it('stays reachable where a squash has left out what came between, or a commit was amended', async () => {
    const one = await addTree(folder, 'sess_1')
    const between = folder.commit(one.name, { a: 'tried\n' })
    folder.commit(one.name, { a: 'done\n' })
    folder.write(one.name, { b: 'amended\n' })
    const replaced = folder.git(one.name, 'rev-parse', 'HEAD')
    folder.git(one.name, 'commit', '-q', '-a', '--amend', '-m', 'y')
    await merge(one, true)
    expect(await clean(one)).toMatchObject({ outcome: 'removed', commitsAt: 'refs/maestro/kept/sess_1' })
    const reached = folder.git('app', 'rev-list', 'refs/maestro/kept/sess_1').split('\n')
    expect(reached).toEqual(expect.arrayContaining([between, replaced]))
  })
})

describe('what is only there', { timeout }, () => {
  beforeEach(() => folder.commit('app', { a: 'a\n', b: 'b\n', '.gitignore': 'out\nout.d/\n' }))

  const cases: Record<string, [(one: MadeTree) => unknown, RegExp]> = {
    'a change': [({ name }) => folder.write(name, { a: 'x\n' }), /^a is not committed$/],
    'a new file': [
      ({ name }) => folder.write(name, { 'new\nfile': 'x\n' }),
      /^"new\\nfile" is not committed$/,
    ],
    'a staged change that is no more in the tree': [
      ({ name }) => {
        folder.write(name, { a: 'x\n' })
        folder.git(name, 'add', 'a')
        folder.write(name, { a: 'a\n' })
      },
      /^a is not committed$/,
    ],
    'a change that the index was told not to look at': [
      ({ name }) => {
        folder.write(name, { a: 'x\n' })
        folder.git(name, 'update-index', '--assume-unchanged', 'a')
      },
      /^a is not committed$/,
    ],
    'a change to a file that the index was told to leave out': [
      ({ name }) => {
        folder.git(name, 'update-index', '--skip-worktree', 'a')
        folder.write(name, { a: 'x\n' })
      },
      /^a is not committed$/,
    ],
    'ignored files': [
      ({ name }) => folder.write(name, { out: 'x\n', 'out.d/x': 'x\n' }),
      /^git ignores out, out.d\/, which are nowhere else$/,
    ],
    'a repository inside': [
      ({ name }) => folder.commit(`${name}/inner`, { x: 'x\n' }),
      /^inner\/ is not committed$/,
    ],
    'a commit': [
      ({ name }) => folder.commit(name, { a: 'x\n' }),
      /^1 commit of maestro\/sess_1 \(\w+\) is merged nowhere$/,
    ],
    'a commit on no branch': [
      ({ name }) => {
        folder.git(name, 'checkout', '-q', '--detach')
        folder.commit(name, { a: 'x\n' })
      },
      /^1 commit of the HEAD of .* is merged nowhere$/,
    ],
    'a commit that it has left': [
      ({ name }) => {
        folder.commit(name, { a: 'x\n' })
        folder.git(name, 'reset', '-q', '--hard', 'HEAD~1')
      },
      /^the commit \w+, which was made there, is on no branch$/,
    ],
    'a stash': [
      ({ name }) => {
        folder.write(name, { a: 'x\n' })
        folder.git(name, 'stash', '-q')
      },
      /^it has stashed stash@\{0\}/,
    ],
    'a merge under way': [
      ({ name }) => {
        folder.commit('app', { a: 'main\n' })
        folder.git(name, 'merge', '-q', '-s', 'ours', '--no-commit', 'main')
      },
      /^a merge is under way in it$/,
    ],
  }

  it.each(someOf('kept trees', Object.entries(cases), 3))('keeps its tree: %s', async (_, [work, reason]) => {
    const one = await addTree(folder, 'sess_1')
    work(one)
    const before = [
      folder.git('app', 'for-each-ref'),
      folder.git(one.name, 'status', '--porcelain', '--ignored'),
    ]
    const kept = await clean(one)
    expect(kept?.outcome).toBe('kept')
    expect(kept?.reasons).toEqual(expect.arrayContaining([expect.stringMatching(reason)]))
    expect([
      folder.git('app', 'for-each-ref'),
      folder.git(one.name, 'status', '--porcelain', '--ignored'),
    ]).toEqual(before)
    const commit = folder.git(one.name, 'reflog', '--format=%H').split('\n')
    expect(await clean(one, { force: true })).toMatchObject({ outcome: 'removed' })
    expect(isThere(one)).toEqual([false, false])
    // What was committed is not lost even so.
    for (const id of commit) expect(folder.git('app', 'rev-list', '--all').split('\n')).toContain(id)
  })

  it('keeps it while a process works in it', async () => {
    const one = await addTree(folder, 'sess_1')
    const child = spawn('sleep', ['60'], { cwd: one.path })
    await new Promise((resolve) => child.once('spawn', resolve))
    const kept = await clean(one)
    child.kill()
    await new Promise((resolve) => child.once('close', resolve))
    expect(kept).toMatchObject({ outcome: 'kept', reasons: [expect.stringContaining(`${child.pid} (`)] })
    expect(await clean(one)).toMatchObject({ outcome: 'removed' })
  })
})

describe('what is not ours, or still needed', { timeout }, () => {
  beforeEach(() => folder.commit('app', { a: 'a\n' }))

  const cases: Record<string, [(one: MadeTree) => unknown, RegExp]> = {
    'a lock of somebody else': [
      ({ path }) => {
        folder.git('app', 'worktree', 'unlock', path)
        folder.git('app', 'worktree', 'lock', '--reason', 'mine', path)
      },
      /somebody has locked it: mine/,
    ],
    'its branch in another tree': [
      ({ name, branch }) => {
        folder.git(name, 'checkout', '-q', '--detach')
        folder.git('app', 'checkout', '-q', branch)
      },
      /is checked out in .*app$/,
    ],
    'a link in its place': [
      ({ path }) => {
        renameSync(path, folder.at('moved'))
        symlinkSync(folder.at('moved'), path)
      },
      /is no directory any more/,
    ],
    'a tree that leads to another repository': [
      ({ path, name }) => {
        folder.commit('other', { a: 'a\n' })
        rmSync(join(path, '.git'))
        folder.write(name, { '.git': `gitdir: ${folder.at('other/.git')}\n` })
      },
      /leads to .*other/,
    ],
    'what is noted of another path': [
      async ({ owner }) => {
        const record = await readRecord(owner.home, owner.projectId, owner.sessionId)
        if (record) await writeRecord(owner.home, { ...record, path: folder.at('app') })
      },
      /is about .*app$/,
    ],
    'a repository that is gone': [() => renameSync(folder.at('app/.git'), folder.at('gone')), /is not there/],
  }

  it.each(someOf('foreign trees', Object.entries(cases), 2))(
    'stays, also with --force: %s',
    async (_, [change, reason]) => {
      const one = await addTree(folder, 'sess_1')
      await change(one)
      for (const force of [false, true]) {
        const kept = await clean(one, { force })
        expect(kept?.outcome).toBe('kept')
        expect(kept?.reasons.join('; ')).toMatch(reason)
      }
      expect(existsSync(one.path)).toBe(true)
    },
  )

  it('stays, also with --force, while the session lives, or where it lives again by then', async () => {
    const one = await addTree(folder, 'sess_1')
    let asked = 0
    for (const isLiving of [async () => true, async () => ++asked > 1])
      expect(await clean(one, { force: true, isLiving })).toMatchObject({ outcome: 'kept' })
    expect(isThere(one)).toEqual([true, true])
    expect(readFileSync(join(one.path, 'a'), 'utf8')).toBe('a\n')
  })
})
