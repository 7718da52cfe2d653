/** A small number for each worktree of this user: what listens in one takes its port by it, and not another's. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { privateFile } from '../../storage/drivers/files/private-files'
import { recordPath, worktreesFolder } from './locations'
import { withRepositoryLock } from './lock'

const Numbers = z.record(z.string(), z.object({ project: z.string(), session: z.string() }))
type Owner = z.infer<typeof Numbers>[string]

/** Gives `keep` the lowest number that no other worktree has. It is taken for as long as the record is there that `keep` writes. */
export const takeNumber = (
  home: string,
  { project, session }: Owner,
  keep: (number: number) => Promise<void>,
): Promise<void> =>
  withRepositoryLock({ home, common: 'numbers' }, async () => {
    const path = join(worktreesFolder(home), 'numbers.json')
    const held = Object.entries(readNumbers(path)).filter(
      ([, other]) => other.session !== session && existsSync(recordPath(home, other.project, other.session)),
    )
    const taken = new Map(held)
    let number = 1
    while (taken.has(String(number))) number++
    taken.set(String(number), { project, session })
    const draft = `${path}.${process.pid}.tmp`
    writeFileSync(draft, JSON.stringify(Object.fromEntries(taken)), privateFile)
    renameSync(draft, path)
    // Still under the lock: whose record is not there yet would seem to be gone.
    await keep(number)
  })

/** One that is torn or foreign is begun anew: at worst two trees have the same number. */
const readNumbers = (path: string): z.infer<typeof Numbers> => {
  try {
    return Numbers.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}
