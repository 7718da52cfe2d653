// A submodule that a session has moved on is not seen, is not brought home, or goes with its worktree without a word.
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cleanSession } from '../../local-dev/worktrees/clean'
import { diffOf } from '../../local-dev/worktrees/diff'
import { mergeSession } from '../../local-dev/worktrees/merge'
import { type GitFolder, openGitFolder } from './git-folder'
import { addTree } from './session-tree'

let folder: GitFolder
beforeEach(() => {
  folder = openGitFolder()
})
afterEach(() => folder.close())

it('is shown by its commits, recorded by the merge with what is left to do, and kept until that is pushed', async () => {
  const first = folder.commit('module', { x: '1\n' })
  folder.commit('app', { a: 'a\n' })
  folder.submodule('app', 'add', '../module', 'sub')
  folder.commit('app', {})
  const one = await addTree(folder, 'sess_1')
  folder.submodule(one.name, 'update', '--init')
  const second = folder.commit(`${one.name}/sub`, { x: '2\n' })
  const diff = async () => (await diffOf(await one.tree(), { env: folder.env, limit: 9, stat: false })).files
  expect(await diff()).toEqual([
    {
      ...{ path: 'sub', status: 'modified', oldMode: '160000', mode: '160000', additions: 1, deletions: 1 },
      ...{ uncommitted: true, patch: expect.stringContaining(`+Subproject commit ${second}`) },
    },
  ])
  const options = { home: one.owner.home, env: folder.env, squash: false, title: 'x' }
  await expect(one.tree().then((tree) => mergeSession(tree, options))).rejects.toThrow('sub in')
  folder.commit(one.name, {})
  const merged = await mergeSession(await one.tree(), options)
  const update = `git submodule update --init sub in ${folder.at('app')} brings it there`
  const said = `The submodule sub is at ${second.slice(0, 12)} now`
  expect(merged.notes).toEqual([
    `${said}, which is not in ${folder.at('app')} yet: push it from ${one.path}/sub unless that is done, then ${update}`,
  ])
  expect(folder.git('app', 'ls-files', '-s', 'sub')).toContain(second)
  expect(folder.git('app/sub', 'rev-parse', 'HEAD')).toBe(first)
  const kept = await cleanSession(one.owner, {
    ...{ env: folder.env, force: false, dryRun: false, isLiving: async () => false },
  })
  expect(kept?.reasons).toEqual([
    'its submodules (sub) may have commits of their own: push those that are to stay',
  ])
  folder.git(`${one.name}/sub`, 'push', '-q', 'origin', `${second}:refs/heads/next`)
  folder.git('app/sub', 'fetch', '-q', 'origin')
  folder.git('app', 'branch', '-q', 'other', one.base)
  folder.git('app', 'checkout', '-q', 'other')
  expect((await mergeSession(await one.tree(), { ...options, into: 'other' })).notes).toEqual([
    `${said}: ${update}`,
  ])
})

it('that is added is taken back with the rest where the branch cannot be moved', async () => {
  folder.commit('module', { x: '1\n' })
  folder.commit('app', { a: 'a\n' })
  const one = await addTree(folder, 'sess_1')
  folder.submodule(one.name, 'add', folder.at('module'), 'deep/sub')
  folder.commit(one.name, {})
  const options = { home: one.owner.home, env: folder.env, squash: false, title: 'x' }
  const lock = folder.at('app/.git/refs/heads/main.lock')
  writeFileSync(lock, '')
  await expect(one.tree().then((tree) => mergeSession(tree, options))).rejects.toThrow('main.lock')
  expect(folder.git('app', 'status', '--porcelain')).toBe('')
  expect(folder.names('app')).toEqual(['.git', 'a'])
  renameSync(lock, folder.at('lock'))
  const { notes } = await mergeSession(await one.tree(), options)
  expect(notes).toEqual([expect.stringContaining('The submodule deep/sub is at')])
  expect(existsSync(folder.at('app/deep/sub'))).toBe(true)
})
