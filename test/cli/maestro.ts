// Runs the built `maestro` command as a process, as a shell would.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'

export const program = join(import.meta.dirname, '../../dist/cli.js')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface Options {
  env?: Record<string, string>
  cwd?: string
  /** Standard input; without it there is none. */
  input?: string
}

/** A way to call `maestro` with an environment that holds nothing but this. */
export const maestroWith = (environment: Record<string, string>) => {
  const run = (args: readonly string[], { env, cwd, input }: Options = {}) =>
    new Promise<Ended>((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], {
        env: { PATH: process.env.PATH, ...environment, ...env },
        ...(cwd !== undefined && { cwd }),
      })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (text) => (stdout += text))
      child.stderr.on('data', (text) => (stderr += text))
      const hang = setTimeout(() => child.kill('SIGKILL'), 20_000)
      child.once('error', reject)
      child.once('close', (code) => {
        clearTimeout(hang)
        resolve({ code, stdout, stderr })
      })
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    })

  return { run, ...succeeding(run) }
}

/** Calls that must succeed. */
export const succeeding = <O>(run: (args: readonly string[], options?: O) => Promise<Ended>) => {
  /** The text that it prints for people. */
  const text = async (args: readonly string[], options?: O): Promise<string> => {
    const ended = await run(args, options)
    expect(ended).toEqual({ code: 0, stdout: expect.any(String), stderr: '' })
    return ended.stdout
  }

  /** What it answers with `--json`. */
  const json = async <T = Record<string, unknown>>(args: readonly string[], options?: O): Promise<T> =>
    parseTrusted(await text([...args, '--json'], options))

  return { text, json }
}
