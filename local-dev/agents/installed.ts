import { findProgram } from '../find-program'
import { presetNames } from './presets'

/** The agents of this machine that are known by name. */
export const installedAgents = async (searchPath: string): Promise<{ name: string; drive: 'terminal' }[]> => {
  const found = await Promise.all(
    presetNames.map(async (name) => ((await findProgram(name, searchPath)) === undefined ? [] : [name])),
  )
  return [...found.flat(), 'demo'].map((name) => ({ name, drive: 'terminal' }))
}
