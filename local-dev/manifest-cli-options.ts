import type { SpawnPlan } from '../storage/rules/spawn'

/** Options that came later: a CLI may not know them yet, and does without. */
export const laterOptions = ['--strategy', '--api-url'] as const
export type LaterOption = (typeof laterOptions)[number]

/**
 * How the CLI is called for a plan. A list goes as one argument with commas; without skills there is no
 * `--skills`, since an empty text would be the name of one to a CLI that takes it literally.
 */
export const argumentsFor = (
  { role, project, request, strategy }: SpawnPlan,
  { serverUrl, output }: { serverUrl: string; output: string },
  options: readonly LaterOption[],
): string[] => {
  const { taskIds, skills = [] } = request
  const later = { '--strategy': strategy, '--api-url': serverUrl }
  return [
    ...['manifest', 'generate', '--role', role, '--project-id', project.id, '--task-ids', taskIds.join(',')],
    ...(skills.length > 0 ? ['--skills', skills.join(',')] : []),
    ...options.flatMap((option) => [option, later[option]]),
    ...['--output', output],
  ]
}

/**
 * Whether what a CLI said refuses an option as unknown, in the words of the usual parsers: a line like `unknown
 * option '--strategy'`, `Unknown argument: strategy` or `flag provided but not defined: -strategy`.
 */
export const isRejected = (option: LaterOption, said: string): boolean =>
  new RegExp(`${refusal}.*(?<![\\w./-])-{0,2}${option.slice(2)}(?![\\w-])`, 'i').test(said)

const refusal =
  '(?:(?:unknown|unrecogni[sz]ed|unexpected|unsupported|invalid|nonexistent|no such) (?:option|argument|flag|parameter)|not defined)'
