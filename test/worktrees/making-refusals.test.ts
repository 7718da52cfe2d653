// A worktree that cannot be made leaves half of one, or nobody learns why it cannot.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEnsuring, tree, type Wish } from './ensuring'
import type { GitFolder } from './git-folder'

const { open, close, ensure, refusal } = createEnsuring()
let folder: GitFolder
beforeEach(() => {
  ;({ folder } = open())
})
afterEach(close)

describe('the worktree of a session', () => {
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
})
