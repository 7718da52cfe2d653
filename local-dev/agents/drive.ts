/** How an agent is driven: the runner asks for it, to know whether its process needs a terminal, and the driver. */
import { resolve } from 'node:path'
import { Drive } from '../../schemas/agent'
import { findProgram } from '../lib/find-program'
import { homeFolder } from '../lib/home'
import { reasonOf } from '../lib/reason'
import { splitWords } from './command-line'
import { locateAcp } from './find-acp'
import { type AcpPreset, type Preset, presetOf, presets } from './presets'
import { AgentStartError } from './start-error'

interface DriveRequest {
  /** As the session has it; undefined: as the runner says (MAESTRO_DRIVE). */
  drive: Drive | undefined
  /** The agent that somebody chose for this session; undefined: the runner's, MAESTRO_AGENT_ACP before MAESTRO_AGENT. */
  named: string | undefined
  /** A program that is named as a relative path starts here; undefined: that is not known yet, nor then looked at. */
  cwd: string | undefined
  env: NodeJS.ProcessEnv
  /** The command of the demo agent, which is a part of `maestro`; absent: that is not to be started here. */
  demo?: readonly string[]
}

type KnownAgent = Omit<AcpPreset, 'program' | 'args' | 'files' | 'npm'>

/** An agent that is driven over ACP. */
export interface AcpChoice {
  /** What people call it: the preset, the program, or the script that an interpreter runs. */
  name: string
  /** The program and its arguments. */
  command: string[]
  /** What is known of it; absent of a command line of one's own. */
  preset?: KnownAgent
  /** Of a preset, that of what was found, if it says so. */
  version?: string | undefined
}

/** Undefined: it is driven in a terminal. Throws `AgentStartError` where ACP was asked for and cannot be had. */
export const chooseDrive = async ({
  drive: chosen,
  named,
  cwd,
  env,
  demo = [],
}: DriveRequest): Promise<AcpChoice | undefined> => {
  const drive = chosen ?? Drive.safeParse(env.MAESTRO_DRIVE).data
  if (drive === 'terminal') return undefined
  if (named === undefined && env.MAESTRO_AGENT_ACP)
    return ownAgent(env.MAESTRO_AGENT_ACP, cwd, env.PATH ?? '')
  const requested = (named ?? env.MAESTRO_AGENT)?.trim() || undefined
  const places = { searchPath: env.PATH ?? '', home: homeFolder() }
  if (requested === undefined) return firstFound(drive, places)
  // In a terminal unless it is asked for: there is no program to be found.
  if (requested === 'demo' && drive === 'acp')
    return { name: 'demo', command: [...demo, '--acp'], preset: demoPreset }
  const preset = presetOf(requested)
  const choice = preset && (await presetChoice(preset, places))
  if (choice || drive === undefined) return choice
  throw new AgentStartError(1, withoutAcp(requested, preset))
}

const demoPreset: KnownAgent = {
  sessionMode: () => undefined,
  asks: true,
  steering: false,
  cannotKeep: [],
}

/** In the order of the presets: each over ACP where that is found, else in a terminal. */
const firstFound = async (drive: Drive | undefined, places: Places): Promise<AcpChoice | undefined> => {
  for (const preset of presets) {
    const choice = await presetChoice(preset, places)
    if (choice) return choice
    const { terminal } = preset
    if (drive === undefined && terminal && (await findProgram(terminal.program, places.searchPath)))
      return undefined
  }
  if (drive === undefined) return undefined
  throw new AgentStartError(1, withoutAcp(undefined, undefined))
}

type Places = Parameters<typeof locateAcp>[1]

const presetChoice = async (preset: Preset, places: Places): Promise<AcpChoice | undefined> => {
  const found = preset.acp && (await locateAcp(preset, places))
  return preset.acp && found
    ? { name: preset.name, command: found.command, preset: preset.acp, version: found.version }
    : undefined
}

const withoutAcp = (requested: string | undefined, preset: Preset | undefined): string => {
  if (preset?.acp)
    return `The agent ${preset.name} is driven over ACP by ${preset.acp.program}, which is not on PATH: "maestro agents install ${preset.name}" brings it`
  return `The agent ${requested ?? 'that is first on PATH'} cannot be driven over ACP here: --agent-acp names a command that speaks it`
}

const ownAgent = async (line: string, cwd: string | undefined, searchPath: string): Promise<AcpChoice> => {
  const [program, ...args] = wordsOf(line)
  if (program === undefined) throw new AgentStartError(64, 'The command of --agent-acp is empty')
  const name = nameOf(program, args)
  if (program.includes('/'))
    return { name, command: [cwd === undefined ? program : resolve(cwd, program), ...args] }
  const path = await findProgram(program, searchPath)
  if (path !== undefined) return { name, command: [path, ...args] }
  throw new AgentStartError(
    1,
    `The agent ${program} is not on PATH: install it, or choose another with --agent-acp`,
  )
}

const wordsOf = (line: string): string[] => {
  try {
    return splitWords(line)
  } catch (error) {
    throw new AgentStartError(64, `The command of --agent-acp cannot be read: ${reasonOf(error)}`)
  }
}

const nameOf = (program: string, args: readonly string[]): string => {
  const base = (path: string) => path.split('/').at(-1) ?? path
  const isInterpreter = /^(?:node|nodejs|python\d*|deno|bun)$/.test(base(program))
  const script = isInterpreter ? args.find((arg) => !arg.startsWith('-')) : undefined
  return base(script ?? program)
}
