// A worktree is made of another repository than the project's, or something of that repository runs, or nobody says why not.
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fieldsOf, git, gitText, runGit } from '../../local-dev/worktrees/git'
import { repositorySettings } from '../../local-dev/worktrees/git-settings'
import { findRepository, WorktreeError } from '../../local-dev/worktrees/repository'
import { type GitFolder, openGitFolder } from './git-folder'

let folder: GitFolder
beforeEach(() => {
  folder = openGitFolder()
})
afterEach(() => folder.close())

const found = (path: string, env: NodeJS.ProcessEnv = folder.env) =>
  findRepository({ directory: folder.at(path), env })
const refusal = (path: string, env?: NodeJS.ProcessEnv) =>
  found(path, env).then(
    () => 'found',
    (error) =>
      `${error instanceof WorktreeError ? '' : 'not '}refused: ${error.message.replaceAll(folder.path, '')}`,
  )

describe('the repository of a directory', () => {
  it('is found from its top and from below, with its branch and commit', async () => {
    const commit = folder.commit('app', { 'packages/one/a': 'a' })
    const app = folder.at('app')
    const expected = { common: join(app, '.git'), top: app, main: app, branch: 'main', head: commit }
    expect(await found('app')).toEqual({ ...expected, prefix: '' })
    expect(await found('app/packages/one')).toEqual({ ...expected, prefix: 'packages/one/' })
  })

  it('is the same in a worktree, through a link, and whatever variables say', async () => {
    folder.commit('app', { a: 'a' })
    folder.commit('other', { b: 'b' })
    folder.git('app', 'worktree', 'add', '-q', '-b', 'w', '../tree')
    symlinkSync(folder.at('tree'), folder.at('link'))
    const env = { ...folder.env, GIT_DIR: folder.at('other/.git'), GIT_WORK_TREE: folder.at('other') }
    const expected = {
      common: folder.at('app/.git'),
      top: folder.at('tree'),
      main: folder.at('app'),
      branch: 'w',
    }
    expect(await found('link', env)).toMatchObject(expected)
  })

  it('is found with a detached HEAD, without a commit, in a submodule, in one inside another, and where it lies elsewhere', async () => {
    const commit = folder.commit('app', { a: 'a' })
    folder.git('app', 'checkout', '-q', '--detach')
    expect(await found('app')).toMatchObject({ head: commit, branch: undefined })
    folder.git('app', 'init', '-q', '-b', 'main', '../new')
    expect(await found('new')).toMatchObject({ head: undefined, branch: 'main' })
    folder.commit('app/vendor/inner', { b: 'b' })
    expect(await found('app/vendor/inner')).toMatchObject({ top: folder.at('app/vendor/inner'), prefix: '' })
    folder.submodule('app', 'add', folder.at('app/vendor/inner'), 'sub')
    const sub = {
      top: folder.at('app/sub'),
      main: folder.at('app/sub'),
      common: folder.at('app/.git/modules/sub'),
    }
    expect(await found('app/sub')).toMatchObject(sub)
    folder.git('app/sub', 'worktree', 'add', '-q', '-b', 'w', folder.at('subtree'))
    expect(await found('subtree')).toMatchObject({ ...sub, top: folder.at('subtree') })
  })

  it('is found in a worktree of a bare one, which has no main tree', async () => {
    folder.commit('app', { a: 'a' })
    folder.git('app', 'clone', '-q', '--bare', '.', '../app.git')
    folder.git('app.git', 'worktree', 'add', '-q', '../tree')
    expect(await found('tree')).toMatchObject({ top: folder.at('tree'), main: undefined })
    expect(await refusal('app.git')).toMatch(/^refused: \/app.git is a bare repository: .+$/)
    expect(await refusal('app/.git')).toMatch(
      /^refused: \/app\/.git is inside of the repository's own folder .+$/,
    )
  })

  it.each([
    ['there is none', 'plain', 'is in no git repository'],
    ['the directory is gone', 'gone', 'does not exist'],
    ['it is broken', 'broken', 'cannot be used'],
    ['its path has a line break', 'a\nb', 'has a line break'],
  ])('is refused in one sentence where %s', async (_, path, why) => {
    mkdirSync(folder.at('plain'))
    folder.commit('a\nb', { a: 'a' })
    mkdirSync(folder.at('broken'))
    writeFileSync(folder.at('broken/.git'), 'gitdir: /nowhere\n')
    const said = await refusal(path)
    expect(said).toMatch(/^refused: /)
    expect(said).toContain(why)
    expect(said).not.toContain('\n')
  })

  it('is refused where git is not installed', async () => {
    folder.commit('app', { a: 'a' })
    expect(await refusal('app', { PATH: '/nowhere' })).toContain('git is not on PATH')
  })
})

describe('git', () => {
  it('runs no hook, monitor or filter that the settings of a repository name, and the user’s own', async () => {
    folder.commit('app', { a: 'plain\n', '.gitattributes': '* filter=theirs\n', own: 'x' })
    const marks = folder.at('marks')
    mkdirSync(marks)
    const mark = (name: string) => `sh -c 'touch ${join(marks, name)}; cat'`
    for (const [name, value] of [
      ['core.fsmonitor', mark('monitor')],
      ['core.hooksPath', folder.at('hooks')],
      ['filter.theirs.smudge', mark('smudge')],
      ['filter.theirs.clean', mark('clean')],
      ['filter.theirs.required', 'true'],
      ['filter.ours.smudge', mark('smudge-ours')],
      ['diff.external', mark('diff')],
    ] as const)
      folder.git('app', 'config', name, value)
    mkdirSync(folder.at('hooks'))
    writeFileSync(folder.at('hooks/post-checkout'), `#!/bin/sh\ntouch ${join(marks, 'hook')}\n`, {
      mode: 0o755,
    })
    writeFileSync(folder.at('user.gitconfig'), '[filter "ours"]\n smudge = tr a-z A-Z\n required = true\n')
    const options = {
      directory: folder.at('app'),
      env: { ...folder.env, GIT_CONFIG_GLOBAL: folder.at('user.gitconfig') },
    }
    const { settings, filters } = await repositorySettings(options)
    expect(filters).toEqual(['theirs'])
    await git(['worktree', 'add', '-q', '-b', 'w', folder.at('tree')], { ...options, settings })
    await git(['status', '--porcelain'], { ...options, directory: folder.at('tree'), settings })
    await git(['diff'], { ...options, directory: folder.at('tree'), settings })
    expect(folder.read('tree/a')).toBe('plain\n')
    expect(folder.names('marks')).toEqual([])
    // Who trusts nothing sees the difference: the same without what was found.
    await git(['checkout', '-q', '--', '.'], { ...options, directory: folder.at('tree') })
    writeFileSync(folder.at('tree/a'), 'changed\n')
    await runGit(['status', '--porcelain'], { ...options, directory: folder.at('tree') })
    expect(folder.names('marks')).toContain('clean')
  })

  it('fetches nothing that is missing by a program that the settings of a repository name', async () => {
    folder.commit('app', { a: 'a' })
    const mark = folder.at('mark')
    for (const [name, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', 'ssh://nowhere.invalid/x'],
      ['core.sshCommand', `touch ${mark}; false`],
    ] as const)
      folder.git('app', 'config', name, value)
    const missing = '1234567890123456789012345678901234567890'
    writeFileSync(folder.at('app/.git/refs/heads/main'), `${missing}\n`)
    const options = { directory: folder.at('app'), env: folder.env }
    await found('app').catch(() => undefined)
    await runGit(['cat-file', '-t', missing], options)
    const { settings } = await repositorySettings(options)
    expect(settings).toContainEqual(['core.sshcommand', ''])
    expect(existsSync(mark)).toBe(false)
    // Who calls git as it is sees the difference.
    expect(() => folder.git('app', 'cat-file', '-t', missing)).toThrow()
    expect(existsSync(mark)).toBe(true)
  })

  it('says in one sentence why it failed, keeps names as they are, and stops what is too long', async () => {
    folder.commit('app', { 'a b': '1', 'c\nd': '2', 'u-ü': '3' })
    const options = { directory: folder.at('app'), env: folder.env }
    expect(fieldsOf(await git(['ls-files', '-z'], options))).toEqual(['a b', 'c\nd', 'u-ü'])
    await expect(git(['rev-parse', '--verify', 'nothing'], options)).rejects.toThrow(
      /^git rev-parse: Needed a single revision$/,
    )
    await expect(git(['log'], { ...options, maxBytes: 10 })).rejects.toThrow('wrote more than 10 bytes')
    expect(await gitText(['hash-object', '--stdin'], { ...options, input: 'a' })).toMatch(/^[\da-f]{40}$/)
    expect(realpathSync(await gitText(['rev-parse', '--show-toplevel'], options))).toBe(folder.at('app'))
    const signal = AbortSignal.abort(new Error('stopped'))
    await expect(git(['log'], { ...options, signal })).rejects.toThrow('stopped')
  })
})
