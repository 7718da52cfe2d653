/** Programs that npm has installed: which script a shim stands for, and which package a file belongs to. */
import { open, readFile, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../schemas/json-text'

const PackageJson = z.looseObject({
  name: z.string(),
  version: z.string(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
})

export interface Package {
  name: string
  version: string
  folder: string
  /** The file of a program, as the package names it. */
  bin(program: string): string | undefined
}

/** The package in this folder; undefined if there is none that can be read. */
export const readPackage = async (folder: string): Promise<Package | undefined> => {
  try {
    const { name, version, bin } = PackageJson.parse(
      parseJson(await readFile(join(folder, 'package.json'), 'utf8')),
    )
    return {
      name,
      version,
      folder,
      bin: (program) => {
        const path =
          typeof bin === 'string' ? bin : bin && Object.hasOwn(bin, program) ? bin[program] : undefined
        return path === undefined ? undefined : resolve(folder, path)
      },
    }
  } catch {
    return undefined
  }
}

/** The package that a file belongs to: the nearest above its real path. */
export const packageOf = async (file: string): Promise<Package | undefined> => {
  const path = await realpath(file).catch(() => file)
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = await readPackage(folder)
    if (found || folder === dirname(folder)) return found
  }
}

/** The version of a program, where it is of this package; undefined for a wrapper, or a build of its own. */
export const versionIn = async (path: string, name: string): Promise<string | undefined> => {
  const [first = path, script] = await commandOf(path)
  const found = await packageOf(script ?? first)
  return found?.name === name ? found.version : undefined
}

/** So many bytes of a file say whether it is a shim: those of npm, pnpm and yarn are shorter. */
const maxShimBytes = 8192

/**
 * What starts a program: where it is a script for Node, or a shim of npm, pnpm or yarn for one, that script with this
 * Node, whatever `node` is on PATH, and without a shell (Windows starts no `.cmd` directly); else the program itself.
 */
export const commandOf = async (path: string): Promise<string[]> => {
  const real = await realpath(path).catch(() => path)
  const start = await startOf(real)
  if (isNodeScript(start) || /\.[cm]?js$/.test(real)) return [process.execPath, real]
  const script = scriptOfShim(start)
  return script === undefined ? [path] : commandOf(resolve(dirname(real), script))
}

const isNodeScript = (start: string): boolean =>
  /^#!\s*\S*(?:\/env\s+(?:-S\s+)?)?(?:\S*\/)?node\b/.test(start)

/** The script that a shim names, as seen from its own folder; of several the last, which is the call itself. */
const scriptOfShim = (start: string): string | undefined => {
  const isShim = start.startsWith('#!') || /^@?(?:echo off|setlocal|"?%~dp0)/im.test(start)
  if (!isShim) return undefined
  const [, script] =
    [...start.matchAll(/"?(?:\$basedir|%~?dp0%?|\$PSScriptRoot)[\\/]([^"\n]+?\.[cm]?js)"/g)].at(-1) ?? []
  return script?.replaceAll('\\', '/')
}

const startOf = async (path: string): Promise<string> => {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxShimBytes), 0, maxShimBytes, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } catch {
    return ''
  } finally {
    await file.close()
  }
}
