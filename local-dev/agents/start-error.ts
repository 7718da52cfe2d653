/** Why an agent cannot be started: one line for the person, the session's timeline, and the exit code. */
export class AgentStartError extends Error {
  readonly exitCode: 1 | 2 | 64

  constructor(exitCode: 1 | 2 | 64, message: string) {
    super(message)
    this.name = 'AgentStartError'
    this.exitCode = exitCode
  }
}
