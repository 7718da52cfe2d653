/** The `maestro` CLI as the maker of manifests. */
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { GenerateManifest, Manifests } from '../functions/services/app-services'
import type { Log } from '../functions/services/log'
import type { Config } from '../schemas/config'
import { apiError } from '../schemas/errors'
import type { SpawnPlan } from '../storage/rules/spawn'
import { findProgram } from './find-program'
import { argumentsFor, isRejected, type LaterOption, laterOptions } from './manifest-cli-options'
import { runProgram } from './run-program'
import { createTurns } from './turns'

interface Settings {
  config: Pick<Config, 'maestroCliPath' | 'dataDir' | 'sessionDir' | 'serverUrl' | 'apiToken'>
  location: Manifests['location']
  /** Resolves when the files that a CLI may read are current. */
  flush(): Promise<void>
  /** Serves where no CLI is installed and none is configured. */
  builtIn: GenerateManifest
  log: Log
  /** The server's own environment: `PATH`, and what a CLI is given besides what tells of this server. */
  environment?: NodeJS.ProcessEnv
  /** How long a CLI may take for one manifest, in milliseconds. */
  limit?: number
}

/** So many run at once: each is a process that may read the whole store. */
const mostAtOnce = 8

/** Makes manifests with the CLI: `MAESTRO_CLI_PATH`, or `maestro` on `PATH`. */
export const cliManifests = ({
  config,
  location,
  flush,
  builtIn,
  log,
  environment = process.env,
  limit = 30_000,
}: Settings): GenerateManifest => {
  const { maestroCliPath, serverUrl, apiToken } = config
  const takeTurn = createTurns(mostAtOnce)
  const env = {
    ...environment,
    DATA_DIR: config.dataDir,
    SESSION_DIR: config.sessionDir,
    MAESTRO_SERVER_URL: serverUrl,
    MAESTRO_API_URL: serverUrl,
    ...(apiToken !== undefined && { MAESTRO_API_TOKEN: apiToken }),
  }
  /** A CLI that prints the token it was given would put it into the log. */
  const shown = (output: string) =>
    (apiToken === undefined ? output : output.replaceAll(apiToken, '[redacted]')).trim()

  const generate = async (cli: string, plan: SpawnPlan): Promise<unknown> => {
    const output = location(plan.sessionId)
    await prepare(output, flush)
    const signal = AbortSignal.timeout(limit)

    /** Runs it with these options; again without those that it does not know. */
    const run = async (options: readonly LaterOption[]): Promise<void> => {
      const ended = await start(cli, argumentsFor(plan, { serverUrl, output }, options), { env, signal })
      const { exit, aborted } = ended
      const [stdout, stderr] = [shown(ended.stdout), shown(ended.stderr)]
      log.debug(
        { sessionId: plan.sessionId, cli, exit, aborted, stdout, stderr },
        'The maestro CLI has ended',
      )
      if (aborted) throw new Error(`timed out after ${limit / 1000} s`)
      if (exit === 0) return
      const known = options.filter((option) => !isRejected(option, `${stderr}\n${stdout}`))
      if (known.length < options.length) return run(known)
      const how = typeof exit === 'number' ? `exit code ${exit}` : exit
      throw new Error(`Manifest generation failed (${how}): ${stderr || stdout}`)
    }

    await run(laterOptions)
    return readManifest(output)
  }

  return async (plan) => {
    const cli = await findProgram(maestroCliPath ?? 'maestro', environment.PATH ?? '')
    if (cli !== undefined) return takeTurn(() => generate(cli, plan))
    if (maestroCliPath !== undefined) throw new Error(`maestro CLI not found at ${maestroCliPath}`)
    return builtIn(plan)
  }
}

/** What a CLI may rely on: the folder that it writes into, and files that are current. */
const prepare = async (output: string, flush: () => Promise<void>) => {
  try {
    await mkdir(dirname(output), { recursive: true })
    await flush()
  } catch (error) {
    throw apiError('STORAGE_UNAVAILABLE', `The manifest cannot be made: ${reasonOf(error)}`)
  }
}

const start: typeof runProgram = (cli, args, options) =>
  runProgram(cli, args, options).catch((cause) => {
    throw new Error(`maestro CLI at ${cli} cannot be run: ${reasonOf(cause)}`, { cause })
  })

const readManifest = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Error(`Failed to read manifest: ${reasonOf(cause)}`, { cause })
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
