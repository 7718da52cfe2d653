import { findProgram } from '../lib/find-program'
import { homeFolder } from '../lib/home'
import { runProgram } from '../lib/run-program'
import { locateAcp } from './find-acp'
import { versionIn } from './package-of'
import { type Preset, presets } from './presets'

/** An agent that this machine can start. */
export interface InstalledAgent {
  name: string
  /** Undefined where it does not say. */
  version?: string | undefined
  drive: 'acp' | 'terminal'
  /** The program; undefined for what is a part of this one. */
  path?: string
}

/**
 * The agents of this machine that are known by name, one entry for each way to drive them, the preferred one first.
 * `version`: of the demo, which is a part of this program.
 */
export const installedAgents = async (
  env: NodeJS.ProcessEnv,
  version: string,
  home = homeFolder(),
): Promise<InstalledAgent[]> => {
  const found = await Promise.all(presets.map((preset) => drivesOf(preset, env, home)))
  const demo = { name: 'demo', version }
  return [...found.flat(), { ...demo, drive: 'terminal' }, { ...demo, drive: 'acp' }]
}

const drivesOf = async (preset: Preset, env: NodeJS.ProcessEnv, home: string): Promise<InstalledAgent[]> => {
  const { name, terminal } = preset
  const searchPath = env.PATH ?? ''
  const acp = await locateAcp(preset, { searchPath, home })
  const program = terminal && (await findProgram(terminal.program, searchPath))
  return [
    ...(acp ? [{ name, version: acp.version, drive: 'acp' as const, path: acp.path }] : []),
    ...(program !== undefined && terminal
      ? [
          {
            name,
            version: (await versionIn(program, terminal.package)) ?? (await askVersion(program, env)),
            drive: 'terminal' as const,
            path: program,
          },
        ]
      : []),
  ]
}

/** An agent that takes longer to say its version is not waited for. */
const maxWaitMs = 5000

/** The first number of a version in what `PROGRAM --version` prints. */
const askVersion = async (program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
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
