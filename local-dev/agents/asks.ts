/** Whether an agent asks before it does something: what was tried, by version, and what its own settings allow it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AcpPreset } from './presets'
import { isAtLeast } from './presets/versions'

/**
 * `asks`: as it was tried. `untried`: of this version nobody has, or it is not known which it is; what is known of others
 * may hold. `does-not-ask`: it was tried, and does as it likes.
 */
export type Asking = 'asks' | 'untried' | 'does-not-ask'

export const askingOf = ({ asks }: Pick<AcpPreset, 'asks'>, version: string | undefined): Asking => {
  if (typeof asks === 'boolean') return asks ? 'asks' : 'does-not-ask'
  const least = asks.versions.replace(/^>=/, '')
  return version !== undefined && isAtLeast(version, least) ? 'asks' : 'untried'
}

interface KnownAgent {
  name: string
  preset: Pick<AcpPreset, 'asks' | 'ownRules'>
  version: string | undefined
}

interface Place {
  home: string
  /** The directory that it works in. */
  cwd: string
}

/** Files of rules that an agent reads whatever it is told, below a folder. */
const rulesBelow = async ({ ownRules }: Pick<AcpPreset, 'ownRules'>, root: string): Promise<string[]> => {
  if (!ownRules) return []
  const folder = join(root, ownRules.folder)
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith(ownRules.ending))
    .sort()
    .map((name) => join(folder, name))
}

/**
 * Why an agent cannot be held to a permission mode under `bypassPermissions`; undefined if nothing speaks against it. It
 * does not ask, or the repository that it works in may have allowed it something.
 */
export const whyUnasked = async (
  { name, preset, version }: KnownAgent,
  { cwd }: Pick<Place, 'cwd'>,
): Promise<string | undefined> => {
  if (askingOf(preset, version) === 'does-not-ask') return `${name} does not ask before it does something`
  const [file] = await rulesBelow(preset, cwd)
  return file === undefined
    ? undefined
    : `${name} reads ${file}, by which this repository may allow it what it would not ask for`
}

/** What a session says at its start of what its agent may do unasked. */
export const noticesOf = async (
  { name, preset, version }: KnownAgent,
  { home, cwd }: Place,
): Promise<string[]> => {
  const untried = `Whether this version of ${name} asks before it does something was not tried: maestro agents check ${name} --trial`
  const files = [...(await rulesBelow(preset, home)), ...(await rulesBelow(preset, cwd))]
  return [
    ...(askingOf(preset, version) === 'untried' ? [untried] : []),
    ...files.map((file) => `${name} does not ask for what ${file} allows it`),
  ]
}
