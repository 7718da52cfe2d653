// An agent is started in another tree than its own, work is lost with one that is made again, or a failure leaves half of one.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRecord } from '../../local-dev/worktrees/record'
import { ensureWorktree } from '../../local-dev/worktrees/worktree'
import { type GitFolder, openGitFolder } from './git-folder'

let folder: GitFolder
let commit: string
beforeEach(() => {
  folder = openGitFolder()
  commit = folder.commit('app', { 'a b': 'one', 'packages/one/c': 'two', '.gitignore': 'node_modules' })
})
afterEach(() => folder.close())

type Options = Parameters<typeof ensureWorktree>[0]
type Wish = Partial<Options['session']> & { dir?: string; env?: NodeJS.ProcessEnv }

const ensure = ({ dir = 'app', env = folder.env, ...session }: Wish = {}) =>
  ensureWorktree({
    home: folder.at('home'),
    env,
    session: { id: 'sess_1', projectId: 'proj_1', worktree: true, ...session },
    projectDir: folder.at(dir),
  })
const refusal = async (wish: Wish = {}) => {
  const before = state()
  const said = await ensure(wish).then(
    () => 'made',
    (error: Error) => error.message.replaceAll(folder.path, ''),
  )
  expect(state()).toEqual(before)
  expect(said).not.toContain('\n')
  return said
}
const tree = (...parts: string[]) => join('home/.maestro/worktrees/proj_1/sess_1', ...parts)
/** What a repository says of itself, and what was made beside it. */
const state = (repository = 'app') => ({
  ...(existsSync(folder.at(repository, '.git/HEAD')) && {
    branches: folder.git(repository, 'for-each-ref'),
    trees: folder.git(repository, 'worktree', 'list', '--porcelain'),
    settings: folder.read(join(repository, '.git/config')),
    status: folder.git(repository, 'status', '--porcelain'),
  }),
  made: existsSync(folder.at('home/.maestro/worktrees/proj_1'))
    ? folder.names('home/.maestro/worktrees/proj_1')
    : [],
})

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

  it('is refused in one sentence, with nothing changed, where it cannot be', async () => {
    folder.git('app', 'branch', 'maestro/taken')
    folder.git('app', 'branch', 'above')
    folder.git('app', 'branch', 'below/one')
    folder.write('app', { 'new/file': 'x' })
    folder.git('app', 'init', '-q', '../empty')
    folder.git('app', 'clone', '-q', '--bare', '.', '../bare')
    mkdirSync(folder.at('plain'))
    const wishes: [string, Wish, RegExp][] = [
      ['no such base', { worktree: { base: 'nothing' } }, /no commit "nothing" in \/app/],
      ['a base that is an option', { worktree: { base: '--all' } }, /no commit "--all"/],
      ['a base that is a file', { worktree: { base: 'HEAD:.gitignore' } }, /no commit "HEAD:.gitignore"/],
      ['its branch is taken', { id: 'taken' }, /branch maestro\/taken is there already/],
      [
        'a branch that was asked for is taken',
        { worktree: { branch: 'main' } },
        /branch main is there already/,
      ],
      ['a branch above', { worktree: { branch: 'above/x' } }, /beside the branch above/],
      ['a branch below', { worktree: { branch: 'below' } }, /beside the branch below\/one/],
      ['no name of a branch', { worktree: { branch: 'a b' } }, /"a b" cannot be the name/],
      ['another name of one', { worktree: { branch: '@{-1}' } }, /"@\{-1\}" cannot be the name/],
      ['an option for a branch', { worktree: { branch: '-D' } }, /"-D" cannot be the name/],
      ['no commit yet', { dir: 'empty' }, /\/empty has no commit yet/],
      ['bare', { dir: 'bare' }, /\/bare is a bare repository/],
      ['no repository', { dir: 'plain' }, /\/plain is in no git repository/],
      [
        'a directory that is in no commit',
        { dir: 'app/new' },
        /has no directory new\/, which is the project's/,
      ],
      ['an id that leads out', { id: '../../x' }, /cannot be the name of a worktree's folder/],
    ]
    for (const [what, wish, why] of wishes) expect(await refusal(wish), what).toMatch(why)
  })

  it('is refused where its place is taken, or nothing can be written there', async () => {
    folder.write(tree(), { mine: 'x' })
    expect(await refusal()).toMatch(/sess_1 is taken, and not by a worktree of sess_1: move it away$/)
    rmSync(folder.at('home/.maestro'), { recursive: true })
    symlinkSync('/proc', folder.at('home/.maestro'))
    expect(await ensure().catch((error: Error) => error.message)).toMatch(
      /cannot be made|ENOENT|EACCES|EPERM/,
    )
    expect(folder.git('app', 'branch', '--list', 'maestro/*')).toBe('')
  })

  it('leaves no branch and no tree where git fails half way, and says why', async () => {
    folder.commit('app', { '.gitattributes': 'x filter=broken', x: 'x' })
    folder.write('home', { gitconfig: '[filter "broken"]\n smudge = false\n required = true\n' })
    const env = { ...folder.env, GIT_CONFIG_GLOBAL: folder.at('home/gitconfig') }
    expect(await refusal({ env })).toMatch(
      /^The worktree cannot be made: git worktree: .*smudge filter broken failed/,
    )
    expect((await ensure()).isNew).toBe(true)
  })

  it('is made all the same where another git is in the way for a moment, and not where the disk is full', async () => {
    const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    mkdirSync(folder.at('bin'))
    const failing = (words: string, times: number) =>
      writeFileSync(
        folder.at('bin/git'),
        `#!/bin/sh
case " $* " in
  *" worktree add "*)
    echo x >> ${folder.at('adds')}
    if [ "$(wc -l < ${folder.at('adds')})" -le ${times} ]; then
      ${git} branch maestro/sess_1 HEAD
      echo "${words}" >&2
      exit 128
    fi ;;
esac
exec ${git} "$@"
`,
        { mode: 0o755 },
      )
    const env = { ...folder.env, PATH: `${folder.at('bin')}:${folder.env.PATH}` }
    failing('error: unable to write file a: No space left on device', 1)
    expect(await refusal({ env })).toMatch(
      /^The worktree cannot be made: there is no space left for .*sess_1$/,
    )
    rmSync(folder.at('adds'))
    failing("fatal: Unable to create '/x/config.lock': File exists.", 2)
    expect((await ensure({ env })).record.branch).toBe('maestro/sess_1')
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

describe('a worktree that is gone', () => {
  const gone = async () => {
    const { record } = await ensure()
    folder.commit(tree(), { work: 'committed' })
    folder.write(tree(), { staged: 'staged' })
    folder.git(tree(), 'add', 'staged')
    rmSync(folder.at(tree()), { recursive: true })
    return record
  }

  it('is made again at its place, with what was committed and what was staged', async () => {
    const workspace = await gone()
    expect(await ensure({ workspace })).toMatchObject({ isNew: true, directory: folder.at(tree()) })
    expect(folder.read(tree('work'))).toBe('committed')
    expect(folder.read(tree('staged'))).toBe('staged')
    expect(folder.git(tree(), 'status', '--porcelain', '--branch')).toBe('## maestro/sess_1\nA  staged')
  })

  it('keeps the commits of a HEAD that is on no branch', async () => {
    await ensure()
    folder.git(tree(), 'checkout', '-q', '--detach')
    const head = folder.commit(tree(), { work: 'committed' })
    rmSync(folder.at(tree()), { recursive: true })
    await ensure()
    expect(folder.git(tree(), 'rev-parse', 'HEAD')).toBe(head)
  })

  it('is made again on its branch where the repository has forgotten it, and refused without that', async () => {
    const workspace = await gone()
    const forget = () => {
      rmSync(folder.at(tree()), { recursive: true, force: true })
      rmSync(folder.at('app/.git/worktrees/sess_1'), { recursive: true })
    }
    forget()
    await ensure({ workspace })
    expect(folder.read(tree('work'))).toBe('committed')
    expect(folder.git('app', 'worktree', 'list', '--porcelain')).toContain('locked maestro session sess_1')
    forget()
    folder.git('app', 'worktree', 'add', '-q', '../elsewhere', 'maestro/sess_1')
    expect(await refusal({ workspace })).toMatch(/is already checked out at/)
    folder.git('app', 'worktree', 'remove', folder.at('elsewhere'))
    folder.git('app', 'branch', '-qD', 'maestro/sess_1')
    expect(await refusal({ workspace })).toMatch(/is gone, and so is its branch maestro\/sess_1/)
  })

  it('is refused where something else is in its place, or its directory leads elsewhere', async () => {
    const { record } = await ensure({ dir: 'app/packages/one' })
    const again = { workspace: record, dir: 'app/packages/one' }
    rmSync(folder.at(tree('packages/one')), { recursive: true })
    symlinkSync(folder.at('app'), folder.at(tree('packages/one')))
    expect(await refusal(again)).toMatch(/leads out of the worktree, to \/app$/)
    renameSync(folder.at(tree()), folder.at('moved'))
    mkdirSync(folder.at(tree('packages/one')), { recursive: true })
    expect(await refusal(again)).toMatch(/is no worktree of \/app\/.git any more/)
    rmSync(folder.at(tree()), { recursive: true })
    symlinkSync(folder.at('app'), folder.at(tree()))
    expect(await refusal(again)).toMatch(/is no worktree of \/app\/.git any more/)
    expect(lstatSync(folder.at(tree())).isSymbolicLink()).toBe(true)
  })

  it('is refused where it was another repository’s, or nothing is known of it here', async () => {
    const workspace = await gone()
    folder.commit('other', { b: 'b' })
    expect(await refusal({ workspace, dir: 'other' })).toMatch(
      /is of \/app\/.git, and the project's directory is in/,
    )
    rmSync(folder.at('home/.maestro'), { recursive: true })
    expect(await refusal({ workspace })).toMatch(/Nothing is known here of the worktree/)
    expect(await refusal({ workspace: { ...workspace, path: '/elsewhere' } })).toMatch(
      /is \/elsewhere, and cannot be/,
    )
  })
})
