/**
 * Loaded into the server that is attacked: how long each turn of its event loop took, in milliseconds of CPU time of its
 * thread, which no other program makes longer. Turns of 2 ms and more are appended to the file `turns` in HOME, one a line.
 */
import { appendFileSync, openSync, readSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const leastMs = 2

const measureTurns = () => {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  const buffer = Buffer.alloc(64)
  const cpuMs = () =>
    Number.parseInt(buffer.toString('latin1', 0, readSync(file, buffer, 0, 64, 0)), 10) / 1e6
  let before = cpuMs()
  setInterval(() => {
    const now = cpuMs()
    if (now - before >= leastMs) appendFileSync(`${process.env.HOME}/turns`, `${(now - before).toFixed(2)}\n`)
    before = now
  }, 1).unref()
}

if (isMainThread) measureTurns()
