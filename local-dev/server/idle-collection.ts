import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What a process has in memory, and how busy it is. */
export interface Machinery {
  /** What the heap takes, in bytes. */
  heapBytes(): number
  /** The share of the time since it was last asked in which the process did something: 0 to 1. */
  busyShare(): number
  /** Collects all garbage, at once. */
  collect(): void
}

const lookEveryMs = 2000
/** Who asks for something every now and then is not to wait for it. */
const maxBusyShare = 0.2
/** The heap has grown if it takes so many times what it took, and so much more at least. */
const minRatio = 1.5
const minGrownBytes = 16 * 1024 * 1024
/** One collection finds the garbage; V8 moves what lives together, and gives back what is empty then, with those after it. */
const collections = 5

/**
 * V8 collects garbage while something is allocated: after a burst it would keep for good what the last requests have left,
 * a hundred megabytes. Looks now and then, and collects it when nobody wants anything, a few looks in a row. Returns one look.
 */
export const createCollector = ({ heapBytes, busyShare, collect }: Machinery): (() => void) => {
  let before = heapBytes()
  let due = 0
  return () => {
    const isBusy = busyShare() > maxBusyShare
    const bytes = heapBytes()
    if (isBusy) return
    if (bytes >= before * minRatio && bytes >= before + minGrownBytes) due = collections
    if (due === 0) return
    due--
    collect()
    before = heapBytes()
  }
}

/** The process that we are. */
export const ourMachinery = (): Machinery => {
  let last: EventLoopUtilization = performance.eventLoopUtilization()
  return {
    heapBytes() {
      const { total_heap_size, external_memory } = getHeapStatistics()
      return total_heap_size + external_memory
    },
    busyShare() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, last)
      last = now
      return utilization
    },
    collect() {
      // The only way to it without a flag on the command line.
      setFlagsFromString('--expose-gc')
      const collect: unknown = runInNewContext('gc')
      if (typeof collect === 'function') collect()
    },
  }
}

/** Looks as long as the process lives. */
export const collectWhenIdle = (): void =>
  void setInterval(createCollector(ourMachinery()), lookEveryMs).unref()
