/** Which processes work in a directory. */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { sep } from 'node:path'

export interface Worker {
  pid: number
  name: string
}

/** Undefined where this system does not say it. */
export const processesIn = async (directory: string): Promise<Worker[] | undefined> => {
  const top = await realpath(directory).catch(() => directory)
  const isIn = (path: string) => path === top || path.startsWith(top + sep)
  const found = process.platform === 'linux' ? await fromProc(isIn) : await fromLsof(isIn)
  return found?.sort((a, b) => a.pid - b.pid)
}

/** Of other users the system does not say it, nor can they write here. */
const fromProc = async (isIn: (path: string) => boolean): Promise<Worker[] | undefined> => {
  const names = await readdir('/proc').catch(() => undefined)
  if (!names) return undefined
  const found: Worker[] = []
  for (const name of names.filter((name) => /^\d+$/.test(name))) {
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '')
    if (!isIn(cwd.replace(/ \(deleted\)$/, ''))) continue
    const comm = await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '')
    found.push({ pid: Number(name), name: comm.trim() })
  }
  return found
}

const lsofTimeoutMs = 30_000

/** Lines of `p{pid}`, `c{name}`, `n{path}`. It ends with 1 where of any process it cannot say it. */
const fromLsof = async (isIn: (path: string) => boolean): Promise<Worker[] | undefined> => {
  const text = await new Promise<string | undefined>((resolve) => {
    const options = { timeout: lsofTimeoutMs, maxBuffer: 64 * 1024 * 1024 }
    execFile('lsof', ['-w', '-d', 'cwd', '-F', 'pcn'], options, (error, stdout) =>
      resolve(error && (typeof error.code !== 'number' || error.killed) ? undefined : stdout),
    )
  })
  if (text === undefined || !/^p\d+$/m.test(text)) return undefined
  const found: Worker[] = []
  let worker: Worker = { pid: 0, name: '' }
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) worker = { pid: Number(line.slice(1)), name: '' }
    else if (line.startsWith('c')) worker.name = line.slice(1)
    else if (line.startsWith('n') && isIn(line.slice(1))) found.push(worker)
  }
  return found
}
