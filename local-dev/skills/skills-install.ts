/** Installs the skills that the project ships where a server, or an agent, looks for skills. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { withoutByteOrderMark } from '../../schemas/json-text'
import { systemSkills } from '../content/skills'
import { makeDirectory } from '../lib/make-directory'
import { isMissingFile } from '../lib/reason'

/** What was done with a file; `kept`: it differs from the shipped one, and was left as it is. */
export interface InstalledFile {
  /** Absolute path. */
  file: string
  outcome: 'written' | 'replaced' | 'unchanged' | 'kept'
}

/** For people, where a file was kept. */
export const keptNote =
  'Files that were kept differ from the shipped ones: --force replaces them, and your changes are lost.'

interface InstallOptions {
  /** Replace what differs. */
  overwrite: boolean
  /** `SKILL.md` with frontmatter, as agents look for it, in place of `manifest.json` and `skill.md`. */
  forAgents?: boolean
}

/**
 * Installs every system skill in `{directory}/{id}/`. A file that is there with other content is kept, unless
 * `overwrite`. Throws where a file cannot be written; those before it are.
 */
export const installSkills = async (
  directory: string,
  { overwrite, forAgents = false }: InstallOptions,
): Promise<InstalledFile[]> => {
  const installed: InstalledFile[] = []
  for (const { id, files, common } of systemSkills)
    for (const [name, text] of Object.entries(forAgents ? common : files)) {
      const file = join(directory, id, name)
      installed.push({ file, outcome: await install(file, text, overwrite) })
    }
  return installed
}

const install = async (file: string, text: string, overwrite: boolean): Promise<InstalledFile['outcome']> => {
  const present = await readIfPresent(file)
  if (present !== undefined && isSame(file, present, text)) return 'unchanged'
  if (present !== undefined && !overwrite) return 'kept'
  const temporary = join(dirname(file), `.${process.pid}.tmp`)
  try {
    makeDirectory(dirname(file))
    await writeFile(temporary, text)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
  return present === undefined ? 'written' : 'replaced'
}

const readIfPresent = async (file: string): Promise<string | undefined> => {
  try {
    return withoutByteOrderMark(await readFile(file, 'utf8'))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}

/** JSON that is only laid out differently says the same. */
const isSame = (file: string, one: string, other: string): boolean =>
  one === other || (file.endsWith('.json') && compact(one) === compact(other))

const compact = (json: string): string => {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json
  }
}
