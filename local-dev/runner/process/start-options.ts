/** What a session's process is started with. */
export interface StartOptions {
  /** The session's id. */
  id: string
  run: number | undefined
  command: string
  cwd: string
  env: NodeJS.ProcessEnv
  /** Where the session's files are. */
  folder: string
  /** The pidfile of this process. */
  pidfile: string
}

/** How a process ended; both are null where nobody could see it. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

export const unknownExit: Exit = { code: null, signal: null }

export interface StartedProcess {
  /** Of the command, and of the process group that it leads. */
  pid: number
  /** Resolves when it has ended; absent where it is not our child. */
  exit?: Promise<Exit>
}
