import type { Skill } from '../../schemas/skill'
import type { Log } from './log'
import type { Skills } from './skills'

/** Skills as a part of a prompt: each under a rule and a heading, a blank line between them. */
export const formatForPrompt = (skills: readonly Skill[]): string =>
  skills
    .map(({ name, version, description, instructions, folders = [] }) =>
      ['---', `# ${name} (v${version})`, '', description, '', instructions.trimEnd(), ...listFolders(folders)]
        .join('\n')
        .trimEnd(),
    )
    .join('\n\n')

/** Instructions name what lies in them by paths that begin at the skill's own folder. */
const listFolders = (folders: readonly string[]): string[] =>
  folders.length === 0 ? [] : ['', 'Folders of this skill:', ...folders.map((folder) => `- ${folder}`)]

/** A spawn may name any number of skills that are not there: the log tells of so many. */
const maxLogged = 20

/** What a spawn names, and what there is of it. */
export interface NamedSkills {
  ids: readonly string[]
  found: ReadonlyMap<string, Skill>
}

/** Looks for the skills that a spawn names. */
export const findNamed = async (skills: Skills, ids: readonly string[] = []): Promise<NamedSkills> => ({
  ids,
  found: ids.length === 0 ? new Map() : await skills.named(ids),
})

/**
 * What a spawn puts into its prompt: the skills that it names, in that order, and no others. One that is not
 * there, or whose dependencies are not, is logged and stops nothing.
 */
export const promptOfSkills = async (
  skills: Skills,
  { ids, found }: NamedSkills,
  log: Log,
): Promise<string> => {
  const named = ids.flatMap((id) => found.get(id) ?? [])
  for (const id of ids.filter((id) => !found.has(id)).slice(0, maxLogged))
    log.warn({ skill: id }, 'A spawn names a skill that is not there or is broken')
  const others = new Set(
    named.flatMap(({ dependencies }) => dependencies).filter((dependency) => !found.has(dependency)),
  )
  const there = others.size > 0 ? await skills.named(others) : found
  for (const { id, dependencies } of named)
    for (const dependency of dependencies)
      if (!found.has(dependency) && !there.has(dependency))
        log.warn({ skill: id, dependency }, 'A spawn names a skill that depends on one which is not there')
  return formatForPrompt(named)
}
