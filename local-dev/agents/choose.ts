import { resolve } from 'node:path'
import { findOnPath, findProgram, isFile } from '../lib/find-program'
import { reasonOf } from '../lib/reason'
import { fillWords, hasPlaceholder, splitWords } from './command-line'
import { versionIn } from './package-of'
import {
  type AgentInvocation,
  presetNames,
  presetOf,
  presets,
  promptArgument,
  type TerminalPreset,
} from './presets'
import { AgentStartError } from './start-error'
import { problemOfProgram, problemOfWrapped } from './start-problems'

/** An agent that is installed. */
export interface Agent {
  /** What people call it: the preset, or the program. */
  name: string
  /** Whether `maestro` knows it by that name. */
  isKnown: boolean
  /** Absolute path of its program, and its arguments. */
  command(invocation: AgentInvocation): string[]
  /** Besides what it inherits. */
  env?(invocation: AgentInvocation): Record<string, string>
  /** What must lie beside its prompt before it starts: name and text. */
  files?(invocation: AgentInvocation): Record<string, string>
  /** Whether, on a terminal, it stays open when it has nothing more to do. */
  staysOpen: boolean
  /** Whether it says itself, by `maestro hook`, when it waits for a person at its terminal. */
  hooks?: boolean
}

interface AgentChoice {
  /** A preset, or a command line with `{prompt}` or `{promptFile}`; undefined: the first preset that is installed. */
  requested: string | undefined
  /** A program that is named as a relative path starts here; undefined: that is not known yet, nor then looked at. */
  cwd: string | undefined
  searchPath: string
  /** The command of the demo agent, which is a part of `maestro`. */
  demo: readonly string[]
}

/** Finds the agent to run in a terminal. Throws `AgentStartError` with what to do if there is none. */
export const chooseAgent = async ({ requested, cwd, searchPath, demo }: AgentChoice): Promise<Agent> => {
  if (requested === undefined || requested.trim() === '') return firstInstalled(searchPath)
  const name = requested.trim()
  if (name === 'demo') return { name, isKnown: true, staysOpen: false, command: () => [...demo] }
  const preset = presetOf(name)
  const place = { cwd: cwd ?? '/', searchPath }
  if (preset) {
    if (preset.terminal) return agentOf(name, preset.terminal, place)
    throw new AgentStartError(1, `The agent ${name} works over ACP only: --drive acp`)
  }
  const program = programOf(name)
  const path = await locate(program, place)
  const problem = cwd === undefined ? undefined : await problemOfWrapped(parseWords(name), place)
  if (problem !== undefined) throw new AgentStartError(1, `The agent ${problem}; --agent chooses another`)
  const command = customCommand(name)
  return {
    name: program,
    isKnown: false,
    staysOpen: false,
    command: (invocation) => [path, ...command(invocation).slice(1)],
  }
}

const firstInstalled = async (searchPath: string): Promise<Agent> => {
  for (const { name, terminal } of presets) {
    if (!terminal || (await findProgram(terminal.program, searchPath)) === undefined) continue
    return agentOf(name, terminal, { cwd: '/', searchPath })
  }
  throw new AgentStartError(
    1,
    `No agent is on PATH (${presetNames.join(', ')}): install one ("maestro agents install claude"), name one with --agent or MAESTRO_AGENT, or try --agent demo`,
  )
}

const agentOf = async (name: string, preset: TerminalPreset, place: Place): Promise<Agent> => {
  const path = await locate(preset.program, place, `"maestro agents install ${name}" brings it`)
  const version = await versionIn(path, preset.package)
  const known = (invocation: AgentInvocation): AgentInvocation => ({ version, ...invocation })
  return {
    name,
    isKnown: true,
    staysOpen: preset.staysOpen,
    hooks: preset.hooks === true,
    command: (invocation) => [path, ...preset.command(known(invocation)).slice(1)],
    env: (invocation) => preset.env?.(known(invocation)) ?? {},
    files: (invocation) => preset.files?.(known(invocation)) ?? {},
  }
}

/** The program of a command line of one's own. Throws where that has no place for the prompt. */
export const programOf = (line: string): string => {
  if (!hasPlaceholder(line))
    throw new AgentStartError(
      64,
      `The agent "${line}" is not one of ${presetNames.join(', ')}, demo; a command line of your own needs {prompt} or {promptFile}`,
    )
  const [program] = parseWords(line)
  if (program === undefined || hasPlaceholder(program))
    throw new AgentStartError(
      64,
      `The agent "${line}" must begin with a program, as in 'my-agent {promptFile}'`,
    )
  return program
}

const customCommand =
  (line: string) =>
  (invocation: AgentInvocation): string[] =>
    fillWords(parseWords(line), { prompt: promptArgument(invocation), promptFile: invocation.promptFile })

const parseWords = (line: string): string[] => {
  try {
    return splitWords(line)
  } catch (error) {
    throw new AgentStartError(64, `The agent's command line cannot be read: ${reasonOf(error)}`)
  }
}

interface Place {
  cwd: string
  searchPath: string
}

/** The absolute path of a program that can be started; `remedy`: what to do where it is not there. */
const locate = async (program: string, place: Place, remedy = 'install it'): Promise<string> => {
  const { cwd, searchPath } = place
  const path = program.includes('/')
    ? resolve(cwd, program)
    : ((await findProgram(program, searchPath)) ?? (await findOnPath(program, searchPath, isFile)))
  if (path === undefined)
    throw new AgentStartError(
      1,
      `The agent ${program} is not on PATH: ${remedy}, or choose another with --agent`,
    )
  const problem = await problemOfProgram(path, place)
  if (problem === undefined) return path
  throw new AgentStartError(1, `The agent ${path} ${problem}; --agent chooses another`)
}
