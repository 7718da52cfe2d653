/** How an agent is driven: the runner asks for it, to know whether its process needs a terminal, and the driver. */
import { resolve } from 'node:path'
import { Drive } from '../../schemas/agent'
import { findProgram } from '../lib/find-program'
import { reasonOf } from '../lib/reason'
import { splitWords } from './command-line'
import { AgentStartError } from './start-error'

interface DriveRequest {
  /** As the session has it; undefined: as the runner says (MAESTRO_DRIVE). */
  drive: Drive | undefined
  /** The agent that somebody chose for this session; undefined: the runner's, MAESTRO_AGENT_ACP before MAESTRO_AGENT. */
  named: string | undefined
  /** A program that is named as a relative path starts here; undefined: that is not known yet, nor then looked at. */
  cwd: string | undefined
  env: NodeJS.ProcessEnv
}

/** An agent that is driven over ACP. */
export interface AcpChoice {
  /** What people call it: the program, or the script that an interpreter runs. */
  name: string
  /** The program and its arguments. */
  command: string[]
}

/** Undefined: it is driven in a terminal. Throws `AgentStartError` where ACP was asked for and cannot be had. */
export const chooseDrive = async ({
  drive: chosen,
  named,
  cwd,
  env,
}: DriveRequest): Promise<AcpChoice | undefined> => {
  const drive = chosen ?? Drive.safeParse(env.MAESTRO_DRIVE).data
  if (drive === 'terminal') return undefined
  if (named === undefined && env.MAESTRO_AGENT_ACP)
    return ownAgent(env.MAESTRO_AGENT_ACP, cwd, env.PATH ?? '')
  if (drive === undefined) return undefined
  throw new AgentStartError(
    1,
    `The agent ${named ?? (env.MAESTRO_AGENT || 'that is first on PATH')} cannot be driven over ACP here: --agent-acp names a command that speaks it`,
  )
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
