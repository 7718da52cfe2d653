/** What a spawn can choose from. */
import type { Client, SkillSummary, Template } from '../../functions/client/client'

type RunnerAgent = Awaited<ReturnType<Client['agents']['list']>>[number]
type Runner = Awaited<ReturnType<Client['runners']['list']>>[number]

export interface SpawnChoices {
  /** Names of agents, those that a runner can start. */
  agents: readonly string[]
  skills: readonly SkillSummary[]
  templates: readonly Template[]
  /** Whether anybody is there who would start it. */
  hasRunner: boolean
  /** Why a session is not started yet, by its id. */
  waiting: ReadonlyMap<string, string>
}

export const noChoices: SpawnChoices = {
  agents: [],
  skills: [],
  templates: [],
  hasRunner: false,
  waiting: new Map(),
}

export const permissionModes = ['plan', 'default', 'acceptEdits', 'auto', 'bypassPermissions'] as const

export type PermissionMode = (typeof permissionModes)[number]

export const isPermissionMode = (text: string): text is PermissionMode =>
  permissionModes.some((mode) => mode === text)

/** What the agent may do unasked, in a sentence. */
export const permissionWords: Readonly<Record<PermissionMode, string>> = {
  plan: 'reads, changes nothing',
  default: 'reads; asks for the rest',
  acceptEdits: 'edits in its folder; asks for commands',
  auto: 'edits and runs in its folder; asks for the rest',
  bypassPermissions: 'is asked nothing: only in a sandbox',
}

export const spawnChoicesOf = (
  agents: readonly RunnerAgent[],
  runners: readonly Runner[],
  skills: readonly SkillSummary[],
  templates: readonly Template[],
): SpawnChoices => ({
  agents: [...new Set(agents.map(({ name }) => name))],
  skills,
  templates,
  hasRunner: runners.length > 0,
  waiting: new Map(
    runners.flatMap(({ waiting }) => waiting.map(({ sessionId, reason }) => [sessionId, reason] as const)),
  ),
})
