// Builds version 0.1.0 from this repository's own history.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The last commit of version 0.1.0. */
const commit = '604f2b27ab6389b291a18f83b8985efee101ce70'

const root = join(import.meta.dirname, '../../..')

export interface OldBuild {
  /** A checkout of 0.1.0, with its `dist/`. */
  folder: string
  remove(): void
}

/** Throws where the history is not there. Takes about 10 s. */
export const buildZeroOne = (): OldBuild => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe', maxBuffer: 1e9 })
  try {
    git('cat-file', '-e', `${commit}^{commit}`)
  } catch (cause) {
    throw new Error(`Commit ${commit}, version 0.1.0, is not in this clone: git fetch --unshallow`, { cause })
  }
  const folder = mkdtempSync(join(tmpdir(), 'maestro-zero-one-'))
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', commit) })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  execFileSync(process.execPath, ['local-dev/build.mjs'], { cwd: folder, stdio: 'pipe' })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
