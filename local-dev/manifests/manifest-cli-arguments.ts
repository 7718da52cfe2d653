import type { SpawnPlan } from '../../storage/rules/spawn'

/** Flags that older CLIs do not have: one that rejects them is called without. */
export const newerFlags = ['--strategy', '--api-url'] as const
export type NewerFlag = (typeof newerFlags)[number]

/**
 * How the CLI is called for a plan. A list goes as one argument with commas; without skills there is no
 * `--skills`, since an empty text would be the name of one to a CLI that takes it literally.
 */
export const argumentsFor = (
  { role, project, request, strategy }: SpawnPlan,
  { serverUrl, output }: { serverUrl: string; output: string },
  flags: readonly NewerFlag[],
  asksForMode: boolean,
): string[] => {
  const { taskIds } = request
  // The first one in the list would be an option of the CLI: whoever calls the API must not choose those.
  const skills = (request.skills ?? []).filter((skill) => !skill.startsWith('-'))
  const values = { '--strategy': strategy, '--api-url': serverUrl }
  const who = asksForMode ? ['--mode', role === 'worker' ? role : 'coordinator'] : ['--role', role]
  return [
    ...['manifest', 'generate', ...who, '--project-id', project.id, '--task-ids', taskIds.join(',')],
    ...(skills.length > 0 ? ['--skills', skills.join(',')] : []),
    ...(asksForMode ? [] : flags).flatMap((flag) => [flag, values[flag]]),
    ...['--output', output],
  ]
}

/** Whether the output of a CLI says that it needs `--mode`, which the newest have instead of `--role`. */
export const asksForMode = (output: string): boolean =>
  /(?:required|missing|must|need).*--mode(?![\w-])|--mode(?![\w-]).*(?:required|missing)/i.test(output)

/**
 * Whether the output of a CLI rejects a flag as unknown, in the words of the usual parsers: a line like `unknown
 * option '--strategy'`, `Unknown argument: strategy` or `flag provided but not defined: -strategy`.
 */
export const isRejected = (flag: NewerFlag, output: string): boolean =>
  new RegExp(`${refusalPattern}.*(?<![\\w./-])-{0,2}${flag.slice(2)}(?![\\w-])`, 'i').test(output)

const refusalPattern =
  '(?:(?:unknown|unrecogni[sz]ed|unexpected|unsupported|invalid|nonexistent|no such) (?:option|argument|flag|parameter)|not defined)'
