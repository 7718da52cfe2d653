/** What an agent over ACP refuses, and what keeps one from being started. */
export { isLoginProblem } from './login-problem'
export { isUsageLimit, isUsageLimitMeta } from './usage-limit'

/** How an agent's process ended. */
export interface AgentClosure {
  /** Null if a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  /** The last 8 KiB of its standard error. */
  stderr: string
}

/** To follow `ended`. */
export const howEnded = ({ exitCode, signal }: Pick<AgentClosure, 'exitCode' | 'signal'>): string =>
  signal ? `by ${signal}` : `with code ${exitCode}`

/** The agent has answered a request with an error; codes are those of JSON-RPC and of ACP. */
export class AcpError extends Error {
  readonly code: number
  readonly data: unknown

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(message)
    this.name = 'AcpError'
    this.code = code
    this.data = data
  }
}

/** What was asked is not answered any more: the agent has ended, or was closed. */
export class AcpClosed extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AcpClosed'
  }
}

/** Nothing at all has come from the agent for so long that an answer is not expected any more. */
export class AcpTimeout extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AcpTimeout'
  }
}

/** The agent does not have this model, or took another: what it has, to choose from (empty: it offers no choice). */
export class ModelUnknown extends Error {
  readonly available: string[]

  constructor(message: string, available: string[]) {
    super(message)
    this.name = 'ModelUnknown'
    this.available = available
  }
}

export type AcpStartProblem =
  /** The program is not there, or cannot be started. */
  | 'program'
  /** It has ended before it answered. */
  | 'exited'
  /** It has not answered in time. */
  | 'timeout'
  /** It speaks another version of ACP. */
  | 'version'
  /** It has answered with an error, or with what is no answer. */
  | 'refused'

/** Why an agent cannot be driven over ACP: one line for a person, fit for `endReason` and the timeline. */
export class AcpStartError extends Error {
  readonly problem: AcpStartProblem
  /** The end of its standard error, and what it wrote between the messages. */
  readonly output: string

  constructor(problem: AcpStartProblem, message: string, output: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'AcpStartError'
    this.problem = problem
    this.output = output
  }
}
