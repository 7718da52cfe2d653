/** Child processes and temporary directories, all gone when the bench ends, however it ends. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const running = new Set<ChildProcess>()
const directories = new Set<string>()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

/** Has the child killed when the bench ends; gives it back. */
export const endWithBench = (child: ChildProcess): ChildProcess => {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** A fresh directory, removed when the bench ends. */
export const freshDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  directories.add(directory)
  return directory
}

/** Removes it now: tens of thousands of files take seconds. */
export const removeDirectory = (directory: string): void => {
  rmSync(directory, { recursive: true, force: true })
  directories.delete(directory)
}

/** Starts one of this folder's files as a process, gives it its job and resolves with its first message. */
export const startChild = async <Job extends object, Message>(
  file: string,
  job: Job,
): Promise<{ child: ChildProcess; message: Message }> => {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = endWithBench(fork(path, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 2, 2, 'ipc'] }))
  child.send(job)
  const message = await new Promise<Message>((resolve, reject) => {
    child.once('message', (received: Message) => resolve(received))
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${code}, see above`)))
  })
  return { child, message }
}

/** The same for a child whose first message is its result: resolves once it has ended. */
export const runChild = async <Job extends object, Message>(file: string, job: Job): Promise<Message> => {
  const { child, message } = await startChild<Job, Message>(file, job)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return message
}
