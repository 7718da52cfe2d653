/** The prompt of an agent. The system prompt usually holds everything; what is missing in it is added. */
import { formatForPrompt } from '../../functions/services/skill-prompt'
import type { SessionManifest } from '../../schemas/manifest'
import type { Skill } from '../../schemas/skill'
import { listTasks } from '../../storage/rules/placeholders'

/**
 * Composes the whole prompt. A template may leave out tasks or skills, and another program may make manifests
 * without a system prompt: nothing is said twice, and nothing of the manifest is lost.
 */
export const composePrompt = (
  manifest: SessionManifest,
  skills: readonly Skill[],
  tree?: TreeOfSession,
): string => {
  const system = inTree(manifest, tree)
  const parts = [
    system || introduction(manifest),
    tree ? aboutTree(manifest, tree) : '',
    missingTasks(system, manifest),
    initialPrompts(system, manifest),
    formatForPrompt(skills.filter(({ instructions }) => !system.includes(instructions.trimEnd()))),
  ]
  const text = parts.filter((part) => part !== '').join('\n\n')
  return `${/maestro (report|queue|claim)\b/.test(text) ? text : `${text}\n\n${reportInstructions(manifest)}`}\n`
}

/** A session's own worktree. */
interface TreeOfSession {
  /** The project's directory in it. */
  directory: string
  branch: string
  base: string
}

/** When a manifest is made, nobody knows yet where the tree will be. */
const inTree = ({ systemPrompt = '', project }: SessionManifest, tree: TreeOfSession | undefined): string => {
  const text = systemPrompt.trim()
  return tree && project
    ? text.replaceAll(`Directory: \`${project.workingDir}\``, () => `Directory: \`${tree.directory}\``)
    : text
}

const aboutTree = ({ project }: SessionManifest, { directory, branch, base }: TreeOfSession): string => {
  const other = project ? `, not to \`${project.workingDir}\`, where others work` : ''
  return [
    '## Your worktree',
    '',
    `You work in \`${directory}\`, a git worktree of your own on the branch \`${branch}\`, which began from ${base.slice(0, 12)}.`,
    `All that you change belongs there${other}. Commit what you have done on that branch: it is`,
    'what is looked at and merged. What git ignores is there only where the project’s setup has made it. For a port of your own add',
    '$MAESTRO_SESSION_NUMBER to the usual one.',
  ].join('\n')
}

const introduction = ({ project, role, strategy = 'simple' }: SessionManifest): string =>
  `You are a coding agent in a session of Maestro${project ? ` on ${project.name}, in ${project.workingDir}` : ''}. ` +
  `Your role: ${role}; strategy: ${strategy}.`

const missingTasks = (system: string, { tasks = [] }: SessionManifest): string => {
  const missing = tasks.filter(({ id }) => !system.includes(id))
  if (missing.length === 0) return ''
  const listed = listTasks(
    missing.map(({ id, title, description, priority, acceptanceCriteria }) => ({
      id,
      title,
      description: description ?? '',
      priority: priority ?? 'medium',
      acceptanceCriteria: acceptanceCriteria ?? ['Task completed as described'],
    })),
  )
  return `## Tasks\n\n${listed}`
}

/** A task may have a prompt of its own, for the beginning. */
const initialPrompts = (system: string, { tasks = [] }: SessionManifest): string => {
  const lines = tasks.flatMap(({ id, metadata }) => {
    const words = metadata?.initialPrompt?.trim() ?? ''
    return words === '' || system.includes(words) ? [] : [`- \`${id}\`: ${words.replace(/\n/g, '\n  ')}`]
  })
  return lines.length === 0 ? '' : `## To begin with\n\n${lines.join('\n')}`
}

const reportInstructions = ({ strategy }: SessionManifest): string =>
  [
    '## How to report',
    '',
    "- `maestro report progress 'TEXT' --task ID`, at every milestone",
    "- `maestro report complete 'TEXT' --task ID`, when it is done; `blocked`, `needs-input` and `error` likewise",
    ...(strategy === 'queue'
      ? [
          "- The queue decides what is next: `maestro queue start`, then `queue complete`, `queue fail --reason 'WHY'` or `queue skip`",
        ]
      : []),
    ...(strategy === 'tree'
      ? [
          '- Your tasks, and all below them, are shared: `maestro claim --next --wait --timeout 90` gives you one, `maestro release ID --completed` (`--failed`, `--blocked`) ends it; until nothing is left',
        ]
      : []),
    "- At the end: `maestro report complete 'SUMMARY'` if all is done, else `maestro session complete`",
  ].join('\n')
