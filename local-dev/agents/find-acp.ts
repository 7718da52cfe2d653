/** Where the program is that speaks ACP for an agent. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { findOnPath, findProgram, isFile } from '../lib/find-program'
import { makeDirectory } from '../lib/make-directory'
import { commandOf, readPackage, versionIn } from './package-of'
import { type AcpPreset, filesFolder, type Preset } from './presets'

interface SearchPlaces {
  /** A `PATH`. */
  searchPath: string
  /** The user's folder. */
  home: string
}

export interface FoundAcp {
  /** What starts it, arguments included. */
  command: string[]
  /** The program, or the package's script. */
  path: string
  version: string | undefined
  /** Whether `maestro agents install` has put it there. */
  isOurs: boolean
}

/** Where `maestro agents install` puts this version of an agent; another version has another folder, and runs on. */
export const installFolder = (home: string, name: string, version: string): string =>
  join(home, '.maestro', 'agents', name, version)

/** The command that starts an agent over ACP: what was installed for it in the exact version, else what is on PATH. */
export const findAcp = async (preset: Preset, places: SearchPlaces): Promise<string[] | undefined> =>
  (await locateAcp(preset, places))?.command

/** The same, with its version and where it is from. */
export const locateAcp = async (
  { name, acp }: Preset,
  { searchPath, home }: SearchPlaces,
): Promise<FoundAcp | undefined> => {
  if (!acp) return undefined
  const installed = await installedScript(name, acp, home)
  const path = installed ?? (await onPath(acp.program, searchPath))
  if (path === undefined) return undefined
  const version = installed === undefined ? await versionIn(path, acp.npm.package) : acp.npm.version
  const files = filesFolder(home, name)
  await writeFiles(files, acp.files ?? {})
  return {
    command: [...(await commandOf(path)), ...acp.args.map((word) => word.replace('{files}', files))],
    path,
    version,
    isOurs: installed !== undefined,
  }
}

/** They are always the same for a version of ours: whoever reads them meanwhile has all of one. */
const writeFiles = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue
    makeDirectory(folder, privateFolderMode)
    const draft = `${path}.${process.pid}.tmp`
    await writeFile(draft, text, privateFile)
    await rename(draft, path)
  }
}

const installedScript = async (
  name: string,
  { program, npm }: AcpPreset,
  home: string,
): Promise<string | undefined> => {
  const folder = join(installFolder(home, name, npm.version), 'node_modules', npm.package)
  const found = await readPackage(folder)
  const script = found?.version === npm.version ? found.bin(program) : undefined
  return script !== undefined && (await isFile(script)) ? script : undefined
}

/** On Windows the program is beside a shim for its shell. */
const onPath = async (program: string, searchPath: string): Promise<string | undefined> =>
  process.platform === 'win32'
    ? ((await findOnPath(`${program}.exe`, searchPath, isFile)) ??
      (await findOnPath(`${program}.cmd`, searchPath, isFile)))
    : findProgram(program, searchPath)
