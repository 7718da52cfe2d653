// A merge loses what somebody has written, is left half done, or does not happen and does not say why.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mergeSession } from '../../local-dev/worktrees/merge'
import { type GitFolder, openGitFolder } from './git-folder'
import { addTree, type MadeTree } from './session-tree'

let folder: GitFolder
beforeEach(() => {
  folder = openGitFolder()
})
afterEach(() => folder.close())

const merge = async ({ tree, owner }: MadeTree, options = {}) =>
  mergeSession(await tree(), { home: owner.home, env: folder.env, squash: false, title: 'Login', ...options })

/** All that a merge which fails must leave as it is. */
const stateOf = (...trees: string[]) =>
  trees.map((tree) => [
    folder.git(tree, 'for-each-ref'),
    folder.git(tree, 'status', '--porcelain', '--ignored'),
    folder.git(tree, 'ls-files', '-s'),
    folder.git(tree, 'rev-parse', 'HEAD'),
  ])

const clean = (tree: string) => expect(folder.git(tree, 'status', '--porcelain')).toBe('')

describe('what a session has committed', () => {
  it('goes into the branch that it began from, with its files, and one after the other', async () => {
    folder.commit('app', {
      a: '1\n2\n3\n4\n5\n6\n7\n8\n',
      gone: 'g\n',
      moved: 'm1\nm2\nm3\n',
      'run.sh': 'x\n',
      '.gitignore': 'out\n',
    })
    const one = await addTree(folder, 'sess_1')
    const two = await addTree(folder, 'sess_2')
    folder.git(one.name, 'rm', '-q', 'gone')
    renameSync(join(one.path, 'moved'), join(one.path, 'new\nname "é"'))
    chmodSync(join(one.path, 'run.sh'), 0o755)
    symlinkSync('run.sh', join(one.path, 'link'))
    const first = folder.commit(
      one.name,
      { a: '1 by one\n2\n3\n4\n5\n6\n7\n8\n', 'deep/er/file': 'd\n' },
      'one',
    )
    folder.commit(two.name, { a: '1\n2\n3\n4\n5\n6\n7\n8 by two\n' }, 'two')
    folder.write('app', { out: 'ignored\n', untracked: 'u\n' })
    expect(await merge(one)).toEqual({
      ...{ branch: one.branch, into: 'main', from: one.base, to: first, files: 7, tree: folder.at('app') },
    })
    const second = await merge(two)
    expect(second).toMatchObject({ from: first, files: 1 })
    expect(folder.read('app/a')).toBe('1 by one\n2\n3\n4\n5\n6\n7\n8 by two\n')
    expect(folder.names('app')).toEqual(
      ['.git', '.gitignore', 'a', 'deep', 'link', 'new\nname "é"', 'out', 'run.sh', 'untracked'].sort(),
    )
    expect(folder.git('app', 'status', '--porcelain')).toBe('?? untracked')
    expect(folder.git('app', 'log', '-1', '--format=%P')).toBe(
      `${first} ${folder.git(two.name, 'rev-parse', 'HEAD')}`,
    )
    expect(folder.git('app', 'log', '-1', '--format=%s')).toBe('Merge Login')
    expect(folder.names('app/.git')).not.toContain('maestro-merge')
    expect(await merge(two)).toMatchObject({ from: second.to, to: second.to, files: 0 })
  })

  it('is one commit with --squash, which says what each of its commits said', async () => {
    folder.commit('app', { a: 'a\n' })
    const one = await addTree(folder, 'sess_1')
    folder.commit(one.name, { b: '1\n' }, 'first words')
    folder.commit(one.name, { b: '2\n' }, 'second words')
    const { to } = await merge(one, { squash: true })
    expect(folder.git('app', 'rev-list', '--count', 'main')).toBe('2')
    expect(folder.git('app', 'log', '-1', '--format=%B', to)).toBe(
      'Login\n\nFrom maestro/sess_1:\n\nfirst words\n\nsecond words\n',
    )
    expect(await merge(one, { squash: true })).toMatchObject({ from: to, to })
    folder.commit(one.name, { c: 'c\n' })
    await merge(one, { squash: true })
    expect(folder.git('app', 'diff', 'main', one.branch)).toBe('')
    clean('app')
  })

  it('goes into another branch, which is checked out nowhere, or in another worktree', async () => {
    folder.commit('app', { a: 'a\n' })
    folder.git('app', 'branch', 'release')
    folder.git('app', 'branch', 'beside')
    folder.git('app', 'worktree', 'add', '-q', folder.at('beside'), 'beside')
    const one = await addTree(folder, 'sess_1')
    const done = folder.commit(one.name, { b: 'b\n' })
    expect(await merge(one, { into: 'release' })).not.toHaveProperty('tree')
    expect(await merge(one, { into: 'beside' })).toMatchObject({ tree: folder.at('beside') })
    expect(
      folder.git('app', 'for-each-ref', '--format=%(refname:short)', `--points-at=${done}`, 'refs/heads'),
    ).toBe('beside\nmaestro/sess_1\nrelease')
    expect(folder.read('beside/b')).toBe('b\n')
    clean('beside')
    clean('app')
    expect(existsSync(folder.at('app/b'))).toBe(false)
  })
})

describe('what is only in a tree', () => {
  const world = async () => {
    folder.commit('app', { a: 'a\n', other: 'o\n', dir: 'file\n', '.gitignore': 'secret\n' })
    const one = await addTree(folder, 'sess_1')
    folder.git(one.name, 'rm', '-q', 'dir')
    folder.commit(one.name, { a: 'by one\n', added: 'n\n', 'dir/inner': 'i\n' })
    folder.write(one.name, { secret: 's\n' })
    folder.git(one.name, 'add', '-f', 'secret')
    folder.git(one.name, 'commit', '-q', '-m', 'x')
    return one
  }

  it.each([
    ['changed', { a: 'mine\n' }, [], 'a in'],
    ['staged, and no more in the tree', { a: 'mine\n' }, [['add', 'a']], 'a in'],
    ['new where the session adds a file', { added: 'mine\n' }, [], 'added in'],
    ['ignored where the session adds a file', { secret: 'mine\n' }, [], 'secret in'],
    ['not looked at', { a: 'mine\n' }, [['update-index', '--assume-unchanged', 'a']], 'a in'],
  ] as const)('stays where it is %s: the merge says which file', async (_, files, calls, said) => {
    const one = await world()
    folder.write('app', files)
    for (const words of calls) folder.git('app', ...words)
    if (calls.length > 0 && calls[0]?.[0] === 'add') folder.write('app', { a: 'a\n' })
    const before = stateOf('app', one.name)
    await expect(merge(one)).rejects.toThrow(`${said} ${folder.at('app')}`)
    expect(stateOf('app', one.name)).toEqual(before)
    for (const [name, text] of Object.entries(files))
      if (calls[0]?.[0] !== 'add') expect(folder.read(`app/${name}`)).toBe(text)
    expect(folder.names('app/.git')).not.toContain('index.lock')
  })

  it('stays where it does not touch what is merged', async () => {
    const one = await world()
    folder.write('app', { other: 'mine\n', beside: 'new\n', 'sub/x': 'x\n' })
    folder.git('app', 'add', 'beside')
    await merge(one)
    expect(folder.git('app', 'status', '--porcelain')).toBe('A  beside\n M other\n?? sub/')
    expect([folder.read('app/dir/inner'), folder.read('app/other')]).toEqual(['i\n', 'mine\n'])
  })

  it('is no obstacle where it was written anew as it was: copied, touched, or of other rights that git leaves out', async () => {
    const one = await world()
    for (const name of ['a', 'dir', '.gitignore']) {
      const text = folder.read(`app/${name}`)
      rmSync(folder.at('app', name))
      folder.write('app', { [name]: text })
      utimesSync(folder.at('app', name), 1e9, 1e9)
    }
    chmodSync(folder.at('app/a'), 0o600)
    await merge(one)
    expect(folder.git('app', 'status', '--porcelain')).toBe('')
    expect([folder.read('app/a'), folder.read('app/dir/inner')]).toEqual(['by one\n', 'i\n'])
  })

  it("is not left out where it is the session's: changed, new, in a merge of its own, or on no branch", async () => {
    const one = await world()
    folder.write(one.name, { 'not yet.txt': 'n\n' })
    await expect(merge(one)).rejects.toThrow(`not yet.txt in ${one.path} is not committed`)
    folder.git(one.name, 'checkout', '-q', '--detach')
    const head = folder.commit(one.name, { more: 'm\n' })
    await expect(merge(one)).rejects.toThrow(
      `${one.path} is at ${head.slice(0, 12)}, which is not in ${one.branch}`,
    )
    folder.git(one.name, 'checkout', '-q', one.branch)
    folder.commit('app', { a: 'theirs\n' })
    expect(() => folder.git(one.name, 'merge', '-q', 'main')).toThrow()
    await expect(merge(one)).rejects.toThrow(`In ${one.path} a merge is under way`)
  })
})

describe('a merge that cannot be', () => {
  it('names the files of a conflict, and changes nothing', async () => {
    folder.commit('app', { a: 'a\n', 'with space': 's\n', gone: 'g\n' })
    const one = await addTree(folder, 'sess_1')
    folder.commit(one.name, { a: 'one\n', 'with space': 'one\n', fine: 'f\n', gone: 'changed\n' })
    folder.git('app', 'rm', '-q', 'gone')
    folder.commit('app', { a: 'main\n', 'with space': 'main\n' })
    const before = stateOf('app', one.name)
    for (const squash of [false, true])
      await expect(merge(one, { squash })).rejects.toThrow(
        /^maestro\/sess_1 and main conflict in a, gone, with space: nothing is changed/,
      )
    expect(stateOf('app', one.name)).toEqual(before)
  })

  it('says what is missing or in the way, and changes nothing', async () => {
    folder.commit('app', { a: 'a\n' })
    const one = await addTree(folder, 'sess_1')
    folder.commit(one.name, { b: 'b\n' })
    const before = stateOf('app', one.name)
    await expect(merge(one, { into: 'nowhere' })).rejects.toThrow('There is no branch "nowhere"')
    await expect(merge(one, { into: one.branch })).rejects.toThrow('is the branch of sess_1 itself')
    writeFileSync(folder.at('app/.git/index.lock'), '')
    await expect(merge(one)).rejects.toThrow('Another git is at work')
    expect(readFileSync(folder.at('app/.git/index.lock'), 'utf8')).toBe('')
    renameSync(folder.at('app/.git/index.lock'), folder.at('app/.git/refs/heads/main.lock'))
    await expect(merge(one)).rejects.toThrow('main.lock')
    renameSync(folder.at('app/.git/refs/heads/main.lock'), folder.at('lock'))
    const nobody = {
      ...folder.env,
      GIT_COMMITTER_NAME: undefined,
      GIT_COMMITTER_EMAIL: undefined,
      EMAIL: undefined,
    }
    folder.git('app', 'config', 'user.useConfigOnly', 'true')
    await expect(merge(one, { squash: true, env: nobody })).rejects.toThrow(/^git commit-tree: /)
    folder.git('app', 'config', '--unset', 'user.useConfigOnly')
    expect(stateOf('app', one.name)).toEqual(before)
    folder.git('app', 'checkout', '-q', '-b', 'rebased')
    folder.commit('app', { a: 'r\n' })
    folder.git('app', 'checkout', '-q', 'main')
    folder.commit('app', { a: 'm\n' })
    expect(() => folder.git('app', 'rebase', '-q', 'rebased')).toThrow()
    await expect(merge(one)).rejects.toThrow('main is being rebased')
  })

  it('does not run what the repository names, and a driver that it names merges nothing by doing nothing', async () => {
    const ran = folder.at('ran')
    folder.commit('app', { a: 'a\n', '.gitattributes': '* merge=evil\n' })
    const one = await addTree(folder, 'sess_1')
    folder.commit(one.name, { a: 'one\n', b: 'b\n' })
    folder.commit('app', { a: 'main\n' })
    folder.git('app', 'branch', 'other', one.base)
    folder.git('app', 'config', 'merge.evil.driver', `touch ${ran}`)
    mkdirSync(folder.at('app/.git/hooks'), { recursive: true })
    for (const hook of [
      'reference-transaction',
      'post-checkout',
      'post-index-change',
      'post-merge',
      'pre-commit',
    ])
      writeFileSync(folder.at('app/.git/hooks', hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 })
    await expect(merge(one)).rejects.toThrow('conflict in a')
    await expect(merge(one, { into: 'main', squash: true })).rejects.toThrow('conflict in a')
    await merge(one, { into: 'other' })
    expect(existsSync(ran)).toBe(false)
  })
})
