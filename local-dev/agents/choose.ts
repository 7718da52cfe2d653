import { resolve } from 'node:path'
import { findOnPath, findProgram, isFile } from '../lib/find-program'
import { reasonOf } from '../lib/reason'
import { fillWords, hasPlaceholder, splitWords } from './command-line'
import { type AgentInvocation, presetNames, presetOf, promptArgument } from './presets'
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
  /** Whether, on a terminal, it stays open when it has nothing more to do. */
  staysOpen: boolean
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

/** Finds the agent to run. Throws `AgentStartError` with what to do if there is none. */
export const chooseAgent = async ({ requested, cwd, searchPath, demo }: AgentChoice): Promise<Agent> => {
  if (requested === undefined || requested.trim() === '') return firstInstalled(searchPath)
  const name = requested.trim()
  if (name === 'demo') return { name, isKnown: true, staysOpen: false, command: () => [...demo] }
  const preset = presetOf(name)
  const program = preset ? name : programOf(name)
  const place = { cwd: cwd ?? '/', searchPath }
  const path = await locate(program, place)
  const problem = preset || cwd === undefined ? undefined : await problemOfWrapped(parseWords(name), place)
  if (problem !== undefined) throw new AgentStartError(1, `The agent ${problem}; --agent chooses another`)
  const command = preset?.command ?? customCommand(name)
  return {
    name: program,
    isKnown: preset !== undefined,
    staysOpen: preset?.staysOpen ?? false,
    command: (invocation) => [path, ...command(invocation).slice(1)],
  }
}

const firstInstalled = async (searchPath: string): Promise<Agent> => {
  for (const name of presetNames) {
    const preset = presetOf(name)
    if (!preset || (await findProgram(name, searchPath)) === undefined) continue
    const path = await locate(name, { cwd: '/', searchPath })
    return {
      name,
      isKnown: true,
      staysOpen: preset.staysOpen,
      command: (invocation) => [path, ...preset.command(invocation).slice(1)],
    }
  }
  throw new AgentStartError(
    1,
    `No agent is on PATH (${presetNames.join(', ')}): install one, name one with --agent or MAESTRO_AGENT, or try --agent demo`,
  )
}

const programOf = (line: string): string => {
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

/** The absolute path of a program that can be started. */
const locate = async (program: string, place: { cwd: string; searchPath: string }): Promise<string> => {
  const { cwd, searchPath } = place
  const path = program.includes('/')
    ? resolve(cwd, program)
    : ((await findProgram(program, searchPath)) ?? (await findOnPath(program, searchPath, isFile)))
  if (path === undefined)
    throw new AgentStartError(
      1,
      `The agent ${program} is not on PATH: install it, or choose another with --agent`,
    )
  const problem = await problemOfProgram(path, place)
  if (problem === undefined) return path
  throw new AgentStartError(1, `The agent ${path} ${problem}; --agent chooses another`)
}
