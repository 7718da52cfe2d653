/** What a command has around it: that of its process, or of whoever else calls it. */
import type { Readable } from 'node:stream'

export interface CommandIo {
  env: NodeJS.ProcessEnv
  /** The directory that it is called in. */
  cwd: string
  stdin: Readable
  /** Prints a line of the result. */
  print(line: string): void
  /** Tells a person something that is no part of the result. */
  note(line: string): void
  /** Ends a command that would run on. */
  signal: AbortSignal
}

/** That of this process: it runs until a signal ends it. */
export const processIo = (): CommandIo => ({
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  signal: new AbortController().signal,
})
