/** What is known of an agent that is supported by name: how it is called in a terminal, and over ACP. */
import { join } from 'node:path'
import * as z from 'zod'
import type { PermissionMode } from '../../../schemas/agent'
import { AgentStartError } from '../start-error'

/** What an agent in a terminal is called with. */
export interface AgentInvocation {
  /** All of its instructions: role, tasks, skills, how to report. */
  prompt: string
  /** An absolute path; what else an agent needs to read lies beside it. */
  promptFile: string
  /** Where it works, where that is known: an absolute path. */
  cwd?: string | undefined
  /** Whether it runs on a terminal, and stays open for a person; else it works and exits. */
  interactive: boolean
  /** In the agent's own words; undefined: as the agent is configured. */
  model: string | undefined
  /** As in the manifest, such as `acceptEdits`; undefined: as the agent is configured. */
  permissionMode: string | undefined
  /** That of the program, where it is known. */
  version?: string | undefined
}

export interface TerminalPreset {
  program: string
  /** Of npm, where its version stands. */
  package: string
  /** The program and its arguments. */
  command(invocation: AgentInvocation): string[]
  /** Besides what it inherits. */
  env?(invocation: AgentInvocation): Record<string, string>
  /** What must lie in the folder of the prompt before it starts: name and text. */
  files?(invocation: AgentInvocation): Record<string, string>
  /** Whether it stays open when it has nothing more to do. */
  staysOpen: boolean
  /** Whether it calls `maestro hook` when it waits for a person, in a terminal that is open to one. */
  hooks?: boolean
  /** What our permission modes promise, and it cannot keep. */
  cannotKeep: readonly string[]
}

/** A tool call as `session/request_permission` has it. */
export interface AskedToolCall {
  toolCallId: string
  title?: string | undefined
  kind?: string | undefined
  content?: readonly { content?: { text?: string | undefined } | undefined }[] | undefined
}

export interface AcpPreset {
  /** Its name on PATH, and in the package. */
  program: string
  /** `{files}` in them is the folder of `files`. */
  args: readonly string[]
  /** What it must be able to read when it starts: name and text. They lie in `filesFolder`. */
  files?: Readonly<Record<string, string>>
  /**
   * The package that has it, in the version that it was tried with: `maestro agents install`. `needsScript`: it does not
   * start before its own install script was run.
   */
  npm: { package: string; version: string; needsScript?: boolean }
  /**
   * Its asking configuration, without the allow rules of user and project, as far as the environment can say it: what is
   * added to the one that it inherits, which may say something in the same variables.
   */
  env?(inherited: NodeJS.ProcessEnv): Record<string, string>
  /** The same, as far as `session/new` and `session/load` say it: their `_meta`. */
  sessionMeta?: Readonly<Record<string, unknown>>
  /** The id of its mode that asks most, for one of ours; undefined: it stays in the one that it starts in. */
  sessionMode(permissionMode: PermissionMode): string | undefined
  /** Whether it asks before it does something, as it is started here; `versions`: since when, as `>=1.2.3`. */
  asks: boolean | { versions: string }
  /**
   * What a question of it is about, where it says that elsewhere than in `rawInput`: as that would have it. Undefined where
   * that is not certain.
   */
  rawInputOf?(call: AskedToolCall, version: string | undefined): Record<string, unknown> | undefined
  /**
   * Where it reads rules of its own that allow it something, whatever it is told: below the user's folder and below the
   * directory that it works in.
   */
  ownRules?: { folder: string; ending: string }
  /** Signs a person in. */
  login?: string
  /** Whether a message can go into a running turn. */
  steering: boolean
  /** What our permissions promise, and it cannot keep. */
  cannotKeep: readonly string[]
}

export interface Preset {
  name: string
  terminal?: TerminalPreset
  acp?: AcpPreset
}

/** Where what an agent must be able to read over ACP lies, in the user's folder. */
export const filesFolder = (home: string, name: string): string =>
  join(home, '.maestro', 'agents', name, 'files')

/** One argument of a program holds at most 128 KiB on Linux (MAX_ARG_STRLEN); this leaves room for more words. */
const maxArgumentBytes = 100_000

/** The prompt as an argument: if it is too long, a text that names its file; never something like an option. */
export const promptArgument = ({
  prompt: given,
  promptFile,
}: Pick<AgentInvocation, 'prompt' | 'promptFile'>): string => {
  // An argument ends at its first NUL: no program could be started with one.
  const prompt = given.replaceAll('\0', '')
  if (Buffer.byteLength(prompt) > maxArgumentBytes)
    return `Your instructions are in the file ${promptFile}. Read all of it first, then do what it says.`
  return prompt.startsWith('-') ? `\n${prompt}` : prompt
}

/** The value may come from whoever called the API: it must not be an option of its own. */
export const flag = (name: string, value: string | undefined): string[] => {
  if (value === undefined) return []
  if (!value.startsWith('-')) return [name, value]
  throw new AgentStartError(64, `"${value}" cannot be a value of ${name}: it begins with -`)
}

/** What is begun with where all instructions are in a file that the agent reads by itself. */
export const beginPrompt = 'Begin with your tasks, as your instructions say.'

/** A configuration that the environment may hold already; empty if it is none. */
export const inheritedJson = (text: string | undefined): Record<string, unknown> => {
  try {
    return z
      .record(z.string(), z.unknown())
      .catch({})
      .parse(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}
