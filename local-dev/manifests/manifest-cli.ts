/** Manifests made by the `maestro` CLI, run as a program. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { GenerateManifest, Manifests } from '../../functions/services/app-services'
import type { Log } from '../../functions/services/log'
import type { Config } from '../../schemas/config'
import { apiError } from '../../schemas/errors'
import { isObject } from '../../schemas/fields'
import { parseJson } from '../../schemas/json-text'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import type { SpawnPlan } from '../../storage/rules/spawn'
import { createConcurrencyLimit } from '../lib/concurrency-limit'
import { findProgram } from '../lib/find-program'
import { makeDirectory } from '../lib/make-directory'
import { reasonOf } from '../lib/reason'
import { runProgram } from '../lib/run-program'
import { argumentsFor, asksForMode, isRejected, type NewerFlag, newerFlags } from './manifest-cli-arguments'

interface CliManifestOptions {
  config: Pick<Config, 'maestroCliPath' | 'dataDir' | 'sessionDir' | 'serverUrl' | 'apiToken'>
  location: Manifests['location']
  /** Resolves when the files that a CLI may read are current. */
  flush(): Promise<void>
  /** The fallback where no CLI is installed and none is configured. */
  builtIn: GenerateManifest
  log: Log
  /** The server's own environment: `PATH`, and what a CLI is given besides the variables that name this server. */
  environment?: NodeJS.ProcessEnv
  /** How long a CLI may take for one manifest, in milliseconds. */
  timeoutMs?: number
}

/** Each is a process that may read the whole store. */
const maxConcurrent = 8

/** The CLI ended with an exit code other than 0. */
class CliRefused extends Error {}

/** Makes manifests with the CLI: `MAESTRO_CLI_PATH`, or `maestro` on `PATH`. */
export const cliManifests = ({
  config,
  location,
  flush,
  builtIn,
  log,
  environment = process.env,
  timeoutMs = 30_000,
}: CliManifestOptions): GenerateManifest => {
  const { maestroCliPath, serverUrl, apiToken } = config
  const runLimited = createConcurrencyLimit(maxConcurrent)
  const env = {
    ...environment,
    DATA_DIR: config.dataDir,
    SESSION_DIR: config.sessionDir,
    MAESTRO_SERVER_URL: serverUrl,
    MAESTRO_API_URL: serverUrl,
    ...(apiToken !== undefined && { MAESTRO_API_TOKEN: apiToken }),
  }
  /** A CLI may print the token that it was given. */
  const redact = (output: string) =>
    (apiToken === undefined ? output : output.replaceAll(apiToken, '[redacted]')).trim()

  let hasWarned = false
  const warnOnce = (message: string) => {
    if (!hasWarned) log.warn({}, message)
    hasWarned = true
  }

  const generate = async (cli: string, plan: SpawnPlan): Promise<unknown> => {
    const output = location(plan.sessionId)
    await prepare(output, flush)
    const signal = AbortSignal.timeout(timeoutMs)

    /** Runs it with these flags; again without those that it rejects. */
    const run = async (flags: readonly NewerFlag[], withMode = false): Promise<void> => {
      const args = argumentsFor(plan, { serverUrl, output }, flags, withMode)
      const result = await start(cli, args, { env, signal })
      const { exit, aborted } = result
      const [stdout, stderr] = [redact(result.stdout), redact(result.stderr)]
      log.debug({ sessionId: plan.sessionId, cli, exit, aborted, stdout, stderr }, 'The maestro CLI exited')
      if (aborted) throw new Error(`timed out after ${timeoutMs / 1000} s`)
      if (exit === 0) return
      if (!withMode && asksForMode(`${stderr}\n${stdout}`)) return run(flags, true)
      const accepted = flags.filter((flag) => !isRejected(flag, `${stderr}\n${stdout}`))
      if (accepted.length < flags.length) return run(accepted, withMode)
      const how = typeof exit === 'number' ? `exit code ${exit}` : exit
      throw new CliRefused(`Manifest generation failed (${how}): ${stderr || stdout}`)
    }

    await run(newerFlags)
    return withRole(await readManifest(output))
  }

  return async (plan, skills) => {
    const cli = await findProgram(maestroCliPath ?? 'maestro', environment.PATH ?? '')
    if (cli === undefined) {
      if (maestroCliPath !== undefined) throw new Error(`maestro CLI not found at ${maestroCliPath}`)
      warnOnce('There is no maestro on PATH: manifests are made in the process')
      return builtIn(plan, skills)
    }
    try {
      return await runLimited(() => generate(cli, plan))
    } catch (error) {
      if (maestroCliPath !== undefined || !(error instanceof CliRefused)) throw error
      warnOnce(`The maestro at ${cli} refuses to make a manifest, so the server does: ${error.message}`)
      return builtIn(plan, skills)
    }
  }
}

/** What a CLI may rely on: the folder that it writes into, and files that are current. */
const prepare = async (output: string, flush: () => Promise<void>) => {
  try {
    makeDirectory(dirname(output), privateFolderMode)
    await flush()
  } catch (error) {
    throw apiError('STORAGE_UNAVAILABLE', `The manifest cannot be made: ${reasonOf(error)}`)
  }
}

const start: typeof runProgram = (cli, args, options) =>
  runProgram(cli, args, options).catch((cause) => {
    throw new Error(`maestro CLI at ${cli} cannot be run: ${reasonOf(cause)}`, { cause })
  })

/** The newest CLIs write `mode` for `role`, and `coordinator` for `orchestrator`. */
const withRole = (manifest: unknown): unknown => {
  if (!isObject(manifest) || manifest.role !== undefined || typeof manifest.mode !== 'string') return manifest
  return { ...manifest, role: manifest.mode === 'coordinator' ? 'orchestrator' : manifest.mode }
}

const readManifest = async (path: string): Promise<unknown> => {
  try {
    return parseJson(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Error(`Failed to read manifest: ${reasonOf(cause)}`, { cause })
  }
}
