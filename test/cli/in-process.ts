// Runs `maestro` in this process: a hundred calls cost less than one process does.
import { Readable } from 'node:stream'
import { dispatch } from '../../local-dev/cli/dispatch'
import { type Options as CallOptions, type Ended, succeeding } from './maestro'

interface Options extends CallOptions {
  /** Ends a call that would run on. */
  signal?: AbortSignal
  /** Hears each line of the two outputs as it is printed. */
  onLine?: (line: string) => void
}

/** A way to call `maestro` with an environment that holds nothing but this. */
export const maestroInProcess = (environment: Record<string, string>) => {
  const run = async (args: readonly string[], options: Options = {}): Promise<Ended> => {
    const { env, cwd = process.cwd(), input = '', signal = new AbortController().signal, onLine } = options
    let [stdout, stderr] = ['', '']
    const code = await dispatch(args, {
      env: { ...environment, ...env },
      cwd,
      stdin: Readable.from([Buffer.from(input)]),
      print: (line) => {
        stdout += `${line}\n`
        onLine?.(line)
      },
      note: (line) => {
        stderr += `${line}\n`
        onLine?.(line)
      },
      signal,
    })
    return { code, stdout, stderr }
  }

  /** A call that runs on: what it prints, line by line, until it is ended. */
  const start = (args: readonly string[], options: Options = {}) => {
    const stop = new AbortController()
    const lines: string[] = []
    const waiting = new Set<() => void>()
    const onLine = (line: string) => {
      lines.push(...line.split('\n'))
      for (const look of waiting) look()
    }
    const ended = run(args, { ...options, signal: stop.signal, onLine })
    return {
      lines,
      ended,
      /** Resolves once a line holds this. */
      printed: (part: string) =>
        new Promise<void>((resolve) => {
          const look = () => {
            if (!lines.some((line) => line.includes(part))) return
            waiting.delete(look)
            resolve()
          }
          waiting.add(look)
          look()
        }),
      stop: () => {
        stop.abort()
        return ended
      },
    }
  }

  return { run, ...succeeding(run), start }
}
