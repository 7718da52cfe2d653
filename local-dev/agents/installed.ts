import { findProgram } from '../lib/find-program'
import { runProgram } from '../lib/run-program'
import { presetNames } from './presets'

/** An agent that this machine can start. */
interface InstalledAgent {
  name: string
  /** Undefined where it does not say. */
  version?: string | undefined
  drive: 'terminal'
}

/** The agents of this machine that are known by name. `version`: of the demo, which is a part of this program. */
export const installedAgents = async (env: NodeJS.ProcessEnv, version: string): Promise<InstalledAgent[]> => {
  const found = await Promise.all(
    presetNames.map(async (name): Promise<InstalledAgent[]> => {
      const program = await findProgram(name, env.PATH ?? '')
      return program === undefined
        ? []
        : [{ name, version: await versionOf(program, env), drive: 'terminal' }]
    }),
  )
  return [...found.flat(), { name: 'demo', version, drive: 'terminal' }]
}

/** An agent that takes longer to say its version is not waited for. */
const maxWaitMs = 5000

/** The first number of a version in what `PROGRAM --version` prints. */
const versionOf = async (program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  try {
    const { stdout, exit } = await runProgram(program, ['--version'], {
      env,
      signal: AbortSignal.timeout(maxWaitMs),
    })
    return exit === 0 ? /\d+(?:\.\d+)+[\w.+-]*/.exec(stdout)?.[0].slice(0, 100) : undefined
  } catch {
    return undefined
  }
}
