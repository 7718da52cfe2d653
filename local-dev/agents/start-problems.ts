/** Why a program does not start in a directory, in the words of who can mend it: the system only says ENOENT. */
import { access, constants, lstat, open, stat } from 'node:fs/promises'
import { basename, isAbsolute, resolve } from 'node:path'
import { findProgram } from '../lib/find-program'
import { reasonOf } from '../lib/reason'

/** Where a program is to start. */
interface Place {
  cwd: string
  searchPath: string
}

/** What keeps a file from being started, to follow its path; undefined if nothing does. */
export const problemOfProgram = async (path: string, place: Place): Promise<string | undefined> => {
  const found = await stat(path).catch(() => undefined)
  if (!found) return missing(path)
  if (found.isDirectory()) return 'is a directory: name the program in it'
  if (!(await isAllowed(path, constants.X_OK))) return `is not executable (chmod +x ${path})`
  return problemOfFirstLine(await firstLineOf(path), place)
}

const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh'])
const wrappers = new Set([...shells, 'env', 'nice', 'nohup', 'setsid', 'stdbuf', 'time', 'timeout'])

/** The same of the program that another one starts, as in `env A=1 ./agent {prompt}`, with its path. */
export const problemOfWrapped = async (
  [program = '', ...words]: readonly string[],
  place: Place,
): Promise<string | undefined> => {
  const name = basename(program)
  if (!wrappers.has(name) || words.includes('-c')) return undefined
  // After an option it may be the option's.
  const word = words.find((word, i) => /^\.{0,2}\/[^\s{}=]+$/.test(word) && !words[i - 1]?.startsWith('-'))
  if (word === undefined) return undefined
  const path = resolve(place.cwd, word)
  const problem = shells.has(name) ? await problemOfScript(path) : await problemOfProgram(path, place)
  return problem && `${path} ${problem}`
}

/** Of a file that a shell reads. */
const problemOfScript = async (path: string): Promise<string | undefined> => {
  const found = await stat(path).catch(() => undefined)
  if (!found) return missing(path)
  if (found.isDirectory()) return 'is a directory: name the script in it'
  return (await firstLineOf(path)).endsWith('\r') ? 'has CRLF line ends, which no shell can read' : undefined
}

const missing = async (path: string): Promise<string> => {
  const link = await lstat(path).catch(() => undefined)
  return link?.isSymbolicLink() ? 'is a link to something that does not exist' : 'does not exist'
}

const byteOrderMark = '\ufeff'
const carriageReturn = 'has CRLF line ends: its first line names an interpreter that is not there'

/** Of a script. A system reads at most 256 bytes of that line (BINPRM_BUF_SIZE of Linux). */
const problemOfFirstLine = async (line: string, { cwd, searchPath }: Place): Promise<string | undefined> => {
  if (line.startsWith(`${byteOrderMark}#!`))
    return 'begins with a byte order mark: save it as UTF-8 without one'
  if (!line.startsWith('#!')) return undefined
  const [interpreter = '', ...words] = line
    .slice(2)
    .trim()
    .split(/[ \t]+/)
  const asked = basename(interpreter) === 'env' ? words.find((word) => !/^-|=/.test(word)) : undefined
  // Other interpreters may take it for a blank.
  if (line.endsWith('\r') && (words.length === 0 || asked !== undefined)) return carriageReturn
  if (!(await isAllowed(resolve(cwd, interpreter), constants.X_OK)))
    return `cannot start: its first line names the interpreter ${interpreter}, which is not there or not executable`
  if (asked !== undefined && !asked.includes('/') && !(await findProgram(asked, searchPath)))
    return `cannot start: its first line asks for ${asked}, which is not on PATH`
  return undefined
}

/** Empty if it is too long, or the file cannot be read: it may be executable all the same. */
const firstLineOf = async (path: string): Promise<string> => {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    // What has no end here may be cut off.
    return lines.length > 1 ? (lines[0] ?? '') : ''
  } finally {
    await file.close()
  }
}

/** What keeps a program from starting in a directory, to follow its path; undefined if nothing does. */
export const problemOfDirectory = async (path: string): Promise<string | undefined> => {
  // It would be looked for below whatever directory the caller happens to be in.
  if (!isAbsolute(path)) return 'is not an absolute path'
  try {
    if (!(await stat(path)).isDirectory()) return 'is not a directory'
    return (await isAllowed(path, constants.X_OK)) ? undefined : 'cannot be entered by this user'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return 'does not exist'
    return code === 'ENOTDIR' ? 'does not exist: a file is in the way' : `cannot be used: ${reasonOf(error)}`
  }
}

const isAllowed = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  )
