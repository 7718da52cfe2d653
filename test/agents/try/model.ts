// The mock model as a process (test/agents/mock-model.mjs).
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A step of its script. */
export type Step =
  | { run: string; afterMs?: number }
  | { write: { path: string; text: string } }
  | { mcp: string; input?: object }
  | { say: string }
  | { limit: number }
  | { refuse: number }
  | { silent: true }

export const startModel = async (log: string) => {
  const model = spawn(process.execPath, [join(import.meta.dirname, '../mock-model.mjs')], {
    env: { PATH: process.env.PATH, LOG: log },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve) =>
    model.stdout.once('data', (text) => resolve(String(text).trim())),
  )
  return {
    url,
    process: model,
    async setScript(steps: readonly Step[]): Promise<void> {
      await fetch(`${url}/script`, { method: 'PUT', body: JSON.stringify({ steps }) })
    },
  }
}

/** SIGTERM, and SIGKILL after 10 s. */
export const endProcess = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([exited, sleep(10_000).then(() => child.kill('SIGKILL'))])
}
