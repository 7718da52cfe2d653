import { problemOfDirectory, problemOfProgram } from '../agents/start-problems'
import { isMissingFile, reasonOf } from '../lib/reason'
import { AcpStartError } from './errors'

interface Program {
  command: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
}

/** Why a program was not started, where the system says no more than ENOENT or EACCES. */
export const programError = async (name: string, program: Program, error: unknown): Promise<AcpStartError> =>
  new AcpStartError('program', `${name} cannot be started: ${await problemOf(program, error)}`, '', error)

const problemOf = async ({ command: [path = ''], cwd, env }: Program, error: unknown): Promise<string> => {
  if (path === '') return 'no program is named'
  const ofDirectory = await problemOfDirectory(cwd)
  if (ofDirectory !== undefined) return `the directory ${cwd} ${ofDirectory}`
  const searchPath = env.PATH ?? ''
  if (!path.includes('/'))
    return isMissingFile(error) ? `${path} is not on PATH: install it` : `${path}: ${reasonOf(error)}`
  return `${path} ${(await problemOfProgram(path, { cwd, searchPath })) ?? reasonOf(error)}`
}
