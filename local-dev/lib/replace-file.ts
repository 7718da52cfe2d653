import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Its owner alone: what an agent keeps of its user may be secret. */
const privateMode = 0o600

/** Puts a text in place of a file, whole or not at all: with the rights that it had, and where a link leads to. */
export const replaceFile = (path: string, text: string): void => {
  const isThere = existsSync(path)
  const file = isThere ? realpathSync(path) : path
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.new`
  try {
    writeFileSync(draft, text, { mode: isThere ? statSync(file).mode & 0o777 : privateMode })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}
