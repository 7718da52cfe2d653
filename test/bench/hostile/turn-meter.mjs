/**
 * Loaded into the server that is attacked: how long each turn of its event loop took, in milliseconds of CPU time of its
 * thread, which no other program makes longer, and what of it the garbage collector took. A line each in the file `turns` in
 * HOME: `turn start end cpu` where that was 2 ms and more, and `gc start end`, in milliseconds.
 */
import { appendFileSync, openSync, readSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const leastMs = 2

const measureTurns = () => {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  const buffer = Buffer.alloc(64)
  const cpuMs = () =>
    Number.parseInt(buffer.toString('latin1', 0, readSync(file, buffer, 0, 64, 0)), 10) / 1e6
  const write = (...words) => appendFileSync(`${process.env.HOME}/turns`, `${words.join(' ')}\n`)
  let before = cpuMs()
  let start = performance.now()
  setInterval(() => {
    const [now, end] = [cpuMs(), performance.now()]
    if (now - before >= leastMs) write('turn', start, end, now - before)
    before = now
    start = end
  }, 1).unref()
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) write('gc', startTime, startTime + duration)
  }).observe({ entryTypes: ['gc'] })
}

if (isMainThread) measureTurns()
