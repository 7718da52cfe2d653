import { access, constants, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * The absolute path of a program, or undefined if it is not there: an absolute path is taken as it is, a name
 * is looked for in the folders of `searchPath` (a `PATH`).
 */
export const findProgram = async (name: string, searchPath: string): Promise<string | undefined> => {
  if (isAbsolute(name)) return (await exists(name)) ? name : undefined
  return findOnPath(name, searchPath, isExecutable)
}

/** The first file of this name in the folders of `searchPath` of which `holds` is true. */
export const findOnPath = async (
  name: string,
  searchPath: string,
  holds: (path: string) => Promise<boolean>,
): Promise<string | undefined> => {
  for (const folder of searchPath.split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name)
    if (await holds(path)) return path
  }
  return undefined
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** Whether there is a file, or a link to one, that this user may see. */
export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
