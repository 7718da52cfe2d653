// Work is lost with a worktree that is made again, or an agent goes on in something else.
import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEnsuring, tree } from './ensuring'
import type { GitFolder } from './git-folder'

const { open, close, ensure, refusal } = createEnsuring()
let folder: GitFolder
beforeEach(() => {
  ;({ folder } = open())
})
afterEach(close)

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
