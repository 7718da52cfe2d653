/** What is another in one commit than in another. Names are byte by byte. */
import type { GitAt } from './git-at'

export interface TreeChange {
  name: string
  /** Whether it is in the commit before, and in that after. */
  isOld: boolean
  isNew: boolean
  /** What it is in the commit after. */
  newId: string
  /** Whether it is a submodule there: `newId` is the commit of that. */
  isSubmodule: boolean
}

export const changesOf = async (
  at: GitAt,
  { old, new: next }: { old: string; new: string },
): Promise<TreeChange[]> => {
  const fields = await at.fields(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', old, next])
  const changes: TreeChange[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode = '', newMode = '', , newId = ''] = (fields[i] ?? '').slice(1).split(' ')
    const name = fields[i + 1] ?? ''
    const [isOld, isNew] = [!/^0+$/.test(oldMode), !/^0+$/.test(newMode)]
    changes.push({ name, isOld, isNew, newId, isSubmodule: newMode === '160000' })
  }
  return changes
}
