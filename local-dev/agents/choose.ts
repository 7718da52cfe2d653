import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { findProgram } from '../find-program'
import { fillWords, hasPlaceholder, splitWords } from './command-line'
import { argumentFor, knownAgents, type Order, presetOf } from './presets'
import { CannotStart } from './problems'

/** An agent that is there. */
export interface Agent {
  /** What people call it: the preset, or the program. */
  name: string
  /** Absolute path of its program, and its arguments. */
  command(order: Order): string[]
  /** Whether, with a person before it, it stays open when it has nothing more to do. */
  staysOpen: boolean
}

interface Choice {
  /** A preset, or a command line with `{prompt}` or `{promptFile}`; undefined: the first preset that is there. */
  wanted: string | undefined
  /** Where a program whose name is a path begins. */
  cwd: string
  searchPath: string
  /** The program of the demo agent, which is a part of this command. */
  demo: readonly string[]
}

/** Finds the agent to run. Throws `CannotStart` with what to do if there is none. */
export const chooseAgent = async ({ wanted, cwd, searchPath, demo }: Choice): Promise<Agent> => {
  if (wanted === undefined || wanted.trim() === '') return firstOf(searchPath)
  const name = wanted.trim()
  if (name === 'demo') return { name, staysOpen: false, command: () => [...demo] }
  const preset = presetOf(name)
  const program = preset ? name : programOf(name)
  const path = await locate(program, cwd, searchPath)
  if (path === undefined)
    throw new CannotStart(1, `The agent ${program} is not on PATH: install it, or choose another (--agent)`)
  const command = preset?.command ?? commandOf(name)
  return {
    name: program,
    staysOpen: preset?.staysOpen ?? false,
    command: (order) => [path, ...command(order).slice(1)],
  }
}

const firstOf = async (searchPath: string): Promise<Agent> => {
  for (const name of knownAgents) {
    const path = await findProgram(name, searchPath)
    const preset = presetOf(name)
    if (path !== undefined && preset)
      return {
        name,
        staysOpen: preset.staysOpen,
        command: (order) => [path, ...preset.command(order).slice(1)],
      }
  }
  throw new CannotStart(
    1,
    `No agent is on PATH (${knownAgents.join(', ')}): install one, name one with --agent or MAESTRO_AGENT, or try --agent demo`,
  )
}

const programOf = (line: string): string => {
  if (!hasPlaceholder(line))
    throw new CannotStart(
      64,
      `The agent "${line}" is none of ${knownAgents.join(', ')}, demo, and as a command line it needs {prompt} or {promptFile}`,
    )
  const [program] = words(line)
  if (program === undefined || hasPlaceholder(program))
    throw new CannotStart(64, `The agent "${line}" begins with no program`)
  return program
}

const commandOf =
  (line: string) =>
  (order: Order): string[] =>
    fillWords(words(line), { prompt: argumentFor(order), promptFile: order.promptFile })

const words = (line: string): string[] => {
  try {
    return splitWords(line)
  } catch (error) {
    throw new CannotStart(64, `The agent's command line: ${error instanceof Error ? error.message : error}`)
  }
}

const locate = async (program: string, cwd: string, searchPath: string): Promise<string | undefined> => {
  if (!program.includes('/')) return findProgram(program, searchPath)
  const path = resolve(cwd, program)
  return access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  )
}
