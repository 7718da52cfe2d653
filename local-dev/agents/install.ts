/** Brings an agent's program for ACP onto this machine, by npm, in exactly the version that it was tried with. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import { findProgram } from '../lib/find-program'
import { makeDirectory } from '../lib/make-directory'
import { runProgram } from '../lib/run-program'
import { installFolder, locateAcp } from './find-acp'
import type { AcpPreset, Preset } from './presets'

interface InstallOptions {
  home: string
  /** Whether the package's own install script may be run, where it does not start without. */
  mayRunScript: boolean
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

interface InstalledPackage {
  folder: string
  /** The packages whose install scripts were not run. */
  scripts: string[]
  /** Whether nothing was to be done. */
  wasThere: boolean
}

/**
 * Installs it, whole or not at all: what npm leaves half done is taken away. Another version stays where it is, for what
 * still runs. No package's install script is run, but its own where it needs that. Throws with the last that npm said.
 */
export const installAgent = async (
  preset: Preset & { acp: AcpPreset },
  { home, mayRunScript, env, signal }: InstallOptions,
): Promise<InstalledPackage> => {
  const { name, acp } = preset
  const folder = installFolder(home, name, acp.npm.version)
  const isThere = async () => (await locateAcp(preset, { home, searchPath: '' }))?.isOurs === true
  const result = async (wasThere: boolean) => {
    const others = await packagesWithScripts(folder)
    const scripts = others.filter((found) => !(acp.npm.needsScript && found === acp.npm.package))
    return { folder, scripts, wasThere }
  }
  if (await isThere()) return result(true)
  if (acp.npm.needsScript && !mayRunScript)
    throw new Error(
      `${acp.npm.package} does not start before its own install script was run: --run-script runs that one, after all is there`,
    )
  const npm = await findProgram('npm', env.PATH ?? '')
  if (npm === undefined) throw new Error('npm is not on PATH: it comes with Node')
  const parent = dirname(folder)
  makeDirectory(parent, privateFolderMode)
  const draft = join(parent, `.${acp.npm.version}-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(draft, privateFolderMode)
    // npm would else look for a project above, and add to that.
    await writeFile(join(draft, 'package.json'), packageJson(name, acp))
    await runNpm(npm, ['install', '--prefix', draft, ...quietly], { env, signal })
    if (acp.npm.needsScript)
      await runNpm(npm, ['rebuild', '--prefix', draft, '--loglevel=error', acp.npm.package], { env, signal })
    // What is there has not the program, or another version: npm never leaves that.
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  if (!(await isThere()))
    throw new Error(
      `npm has installed ${acp.npm.package}@${acp.npm.version}, and it has no program ${acp.program}`,
    )
  return result(false)
}

const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

const packageJson = (name: string, { npm }: AcpPreset): string =>
  `${JSON.stringify({ name: `maestro-agent-${name}`, private: true, dependencies: { [npm.package]: npm.version } }, null, 2)}\n`

const runNpm = async (
  npm: string,
  args: readonly string[],
  { env, signal }: Pick<InstallOptions, 'env' | 'signal'>,
): Promise<void> => {
  const { exit, stdout, stderr } = await runProgram(npm, args, { env, signal })
  if (exit === 0) return
  const said = `${stdout}\n${stderr}`
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('A complete log of this run'))
  throw new Error(`npm ended with ${exit}: ${said.slice(0, 4).join('; ')}`)
}

const Lock = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.boolean().optional() })),
})

/** By the list that npm leaves of what it has installed. */
const packagesWithScripts = async (folder: string): Promise<string[]> => {
  try {
    const text = await readFile(join(folder, 'node_modules', '.package-lock.json'), 'utf8')
    return Object.entries(Lock.parse(JSON.parse(text)).packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
  } catch {
    return []
  }
}
