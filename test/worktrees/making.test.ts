// An agent is started in another tree than its own, or in one that lacks what it should have.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRecord } from '../../local-dev/worktrees/record'
import { createEnsuring, tree } from './ensuring'
import type { GitFolder } from './git-folder'

const { open, close, ensure } = createEnsuring()
let folder: GitFolder
let commit: string
beforeEach(() => {
  ;({ folder, commit } = open())
})
afterEach(close)

describe('the worktree of a session', () => {
  it('is made from the present HEAD on a branch of its own, locked in our name, and stands', async () => {
    const made = await ensure()
    expect(made).toMatchObject({ directory: folder.at(tree()), isNew: true, notes: [] })
    const record = {
      path: folder.at(tree()),
      branch: 'maestro/sess_1',
      base: commit,
      from: 'main',
      number: 1,
    }
    expect(made.record).toMatchObject(record)
    expect(folder.git(tree(), 'status', '--porcelain', '--branch')).toBe('## maestro/sess_1')
    expect(folder.read(tree('a b'))).toBe('one')
    expect(folder.git('app', 'worktree', 'list', '--porcelain')).toContain('locked maestro session sess_1')
    expect(folder.git('app', 'config', '--local', '--list')).not.toContain('branch.')
    folder.write(tree(), { 'a b': 'changed' })
    expect(await ensure({ workspace: made.record })).toMatchObject({
      directory: folder.at(tree()),
      isNew: false,
    })
    expect(folder.read(tree('a b'))).toBe('changed')
  })

  it('begins from another base on another branch where a person says so, and in the directory that the project has there', async () => {
    folder.git('app', 'branch', 'other')
    folder.commit('app', { later: 'x' })
    const wish = { branch: 'topic/one', base: 'other' }
    const made = await ensure({ worktree: wish, dir: 'app/packages/one' })
    expect(made.record).toMatchObject({ branch: 'topic/one', base: commit, from: 'other' })
    expect(made.directory).toBe(folder.at(tree('packages/one')))
  })

  it.each([
    ['with a detached HEAD', () => folder.git('app', 'checkout', '-q', '--detach'), 'app'],
    ['in a worktree', () => folder.git('app', 'worktree', 'add', '-q', '../other'), 'other'],
    ['in a repository inside another', () => folder.commit('app/inner', { b: 'b' }), 'app/inner'],
    ['in a sparse checkout', () => folder.git('app', 'sparse-checkout', 'set', 'packages/one'), 'app'],
    [
      'in a submodule',
      () => {
        folder.commit('module', { b: 'b' })
        folder.submodule('app', 'add', '../module', 'sub')
      },
      'app/sub',
    ],
    [
      'in a worktree of a bare repository',
      () => {
        folder.git('app', 'clone', '-q', '--bare', '.', '../app.git')
        folder.git('app.git', 'worktree', 'add', '-q', '../other')
      },
      'other',
    ],
  ])('is made %s', async (_, prepare, dir) => {
    prepare()
    const made = await ensure({ dir })
    expect(folder.git(dir, 'rev-parse', 'HEAD')).toBe(made.record.base)
    expect(folder.git(tree(), 'rev-parse', 'HEAD')).toBe(made.record.base)
    expect(folder.git(tree(), 'status', '--porcelain')).toBe('')
  })

  it('says what is not in it: submodules, and what filters of the repository alone would make', async () => {
    folder.commit('app', { '.gitmodules': '', '.gitattributes': 'x filter=lfs', x: 'pointer' })
    folder.git('app', 'config', 'filter.lfs.smudge', `touch ${folder.at('mark')}; cat`)
    const { notes } = await ensure()
    expect(notes).toEqual([
      expect.stringContaining('submodules are empty'),
      expect.stringMatching(/settings name did not run: lfs/),
    ])
    expect(existsSync(folder.at('mark'))).toBe(false)
  })

  it('has a number that no other living one has', async () => {
    const number = async (id: string) => (await ensure({ id })).record.number
    expect(await Promise.all(['sess_1', 'sess_2', 'sess_3'].map(number)).then((all) => all.sort())).toEqual([
      1, 2, 3,
    ])
    const second = await readRecord(folder.at('home'), 'proj_1', 'sess_2')
    rmSync(folder.at('home/.maestro/worktrees/proj_1/sess_2.json'))
    expect(await number('sess_4')).toBe(second?.number)
  })

  it('is made beside others that are made in the same moment, also by git itself', async () => {
    const ids = ['sess_1', 'sess_2', 'sess_3', 'sess_4', 'sess_5']
    await Promise.all(ids.map((id) => ensure({ id })))
    expect(folder.git('app', 'worktree', 'list').split('\n')).toHaveLength(6)
    expect(folder.git('app', 'branch', '--list', 'maestro/*').split('\n')).toHaveLength(5)
  })

  it('runs neither hooks nor monitors of the repository', async () => {
    const hook = `#!/bin/sh\ntouch ${folder.at('mark')}\n`
    for (const name of ['post-checkout', 'reference-transaction', 'post-index-change'])
      writeFileSync(folder.at('app/.git/hooks', name), hook, { mode: 0o755 })
    folder.write('app', { monitor: hook })
    folder.git('app', 'config', 'core.fsmonitor', `sh ${folder.at('app/monitor')}`)
    folder.git('app', 'config', 'core.sshCommand', `touch ${folder.at('mark')}`)
    rmSync(folder.at('mark'), { force: true })
    await ensure()
    expect(existsSync(folder.at('mark'))).toBe(false)
  })
})
