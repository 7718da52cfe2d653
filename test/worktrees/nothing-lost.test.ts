// A line that somebody has written is gone after diff, merge or clean, whatever was done to the repository before.
import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanSession } from '../../local-dev/worktrees/clean'
import { diffOf } from '../../local-dev/worktrees/diff'
import { GitError } from '../../local-dev/worktrees/git'
import { mergeSession } from '../../local-dev/worktrees/merge'
import { WorktreeError } from '../../local-dev/worktrees/repository'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { type GitFolder, openGitFolder } from './git-folder'
import { createWork, linesCommitted, linesOnDisk, linesStaged } from './random-work'
import { addTree, type MadeTree } from './session-tree'

let folder: GitFolder
afterEach(() => folder.close())

const isThere = ({ path }: MadeTree) => existsSync(path)

/** Everything that is written anywhere, and what of it is in a tree alone. */
const lines = (trees: readonly MadeTree[]) => {
  const names = ['app', ...trees.filter(isThere).map(({ name }) => name)]
  const kept = new Set(linesCommitted(folder, names))
  const onDisk = new Map(names.map((name) => [name, linesOnDisk(folder.at(name))]))
  return { kept, all: new Set([...kept, ...linesStaged(folder, names), ...[...onDisk.values()].flat()]) }
}

const clean = ({ owner }: MadeTree, force: boolean, dryRun: boolean) =>
  cleanSession(owner, { env: folder.env, force, dryRun, isLiving: async () => false })

const merge = async ({ tree, owner }: MadeTree, squash: boolean, into?: string) =>
  mergeSession(await tree(), { home: owner.home, env: folder.env, squash, title: 'x', into })

/** Each is a verb, after what agents and a person have done meanwhile. */
const stepCount = 8

describe('any sequence of work, diff, merge and clean', () => {
  it(
    'keeps every line in reach or in place, or says what it does not do',
    async () => {
      for (let run = 0; run < scaled(3); run++) {
        folder?.close()
        folder = openGitFolder()
        const random = createRandom(`worktrees ${run}`)
        const work = createWork(folder, random)
        folder.commit('app', { a: 'line-0.\n', '.gitignore': '*.log\nskip/\n', 'dir/a': 'x\n', 'b c': 'y\n' })
        folder.git('app', 'branch', 'release')
        let trees: MadeTree[] = []
        let made = 0
        let written = new Set<string>()
        for (let step = 0; step < stepCount; step++) {
          if (trees.length < 3 && random() < 0.5) trees.push(await addTree(folder, `sess_${++made}`))
          for (const { name } of trees) for (let n = random() * 4; n > 1; n--) work.ofAgent(name)
          if (random() < 0.4) work.ofPerson('app')
          const one = trees[Math.floor(random() * trees.length)]
          if (!one) continue
          const before = lines(trees)
          written = new Set([...written, ...before.kept])
          const verb = random()
          const force = verb > 0.95
          let removed = false
          try {
            if (verb < 0.15) await diffOf(await one.tree(), { env: folder.env, limit: 100, stat: false })
            else if (verb < 0.6) await merge(one, random() < 0.5, random() < 0.2 ? 'release' : undefined)
            else removed = (await clean(one, force, random() < 0.1))?.outcome === 'removed'
            count(removed ? 'removed' : 'done')
          } catch (error) {
            expect(error instanceof WorktreeError || error instanceof GitError, String(error)).toBe(true)
            count('refused')
          }
          const after = lines(trees)
          // What was only saved may go with --force, and nothing else.
          const wanted = removed && force ? written : new Set([...written, ...before.all])
          const lost = [...wanted].filter((line) => !after.all.has(line))
          expect(lost, `run ${run}, step ${step}: ${verb}`).toEqual([])
          trees = trees.filter(isThere)
          expect(folder.names('app/.git')).not.toContain('maestro-merge')
        }
      }
    },
    scaledMs(240_000),
  )
})

describe('five agents in one repository', () => {
  it('are merged one by one while the others work, and leave no trace once they are done', async () => {
    folder = openGitFolder()
    const task = (n: number, text: string) => ({
      [`src/part ${n}.txt`]: text,
      [`docs/${n}.md`]: `${text}!\n`,
    })
    folder.commit('app', {
      ...task(1, 'begun\n'),
      'README.md': Array.from({ length: 50 }, (_, i) => `${i}\n`).join(''),
    })
    const traces = () => [
      folder.git('app', 'worktree', 'list').replace(/ [\da-f]{7,} /g, ' '),
      folder.git('app', 'for-each-ref', '--format=%(refname)'),
      folder.read('app/.git/config'),
    ]
    const before = traces()
    const agents: MadeTree[] = []
    for (let n = 1; n <= 5; n++) agents.push(await addTree(folder, `sess_${n}`))
    const readme = (n: number) =>
      Array.from({ length: 50 }, (_, i) => (i === n * 9 ? `${i} by ${n}\n` : `${i}\n`)).join('')
    for (const [i, agent] of agents.entries()) {
      folder.commit(agent.name, { ...task(i + 1, `done by ${i + 1}\n`), 'README.md': readme(i + 1) })
      // The later ones are at work, with files that nobody has committed.
      for (const other of agents.slice(i + 1)) folder.write(other.name, { 'src/draft.txt': 'not yet\n' })
      await merge(agent, i % 2 === 1)
      for (const other of agents.slice(i + 1)) folder.git(other.name, 'clean', '-fdq')
    }
    for (let n = 1; n <= 5; n++) expect(folder.read(`app/src/part ${n}.txt`)).toBe(`done by ${n}\n`)
    expect(folder.read('app/README.md').match(/by \d/g)).toEqual(['by 1', 'by 2', 'by 3', 'by 4', 'by 5'])
    for (const agent of agents) expect(await clean(agent, false, false)).toMatchObject({ outcome: 'removed' })
    expect(traces()).toEqual(before)
    expect(folder.git('app', 'status', '--porcelain')).toBe('')
  }, 120_000)
})
