/** How much memory a server has when it is idle. */
import { peakMegabytes, residentMegabytes } from './proc'
import { type Server, sleep, untilIdle } from './server'
import type { Row } from './table'

/** V8 gives memory back only some seconds after the last work. */
const restMs = 15_000

export const memory = async (measure: string, server: Server, judged: boolean): Promise<Row> => {
  await untilIdle(server.pid)
  const note = `resident now; at most ${peakMegabytes(server.pid).toFixed(0)} MB since start`
  return {
    measure,
    value: residentMegabytes(server.pid),
    unit: 'MB',
    target: { atMost: 150 },
    judged,
    note,
  }
}

/** The same after a rest. */
export const memoryAtRest = async (server: Server, judged: boolean): Promise<Row> => {
  await sleep(restMs)
  return memory(`memory ${restMs / 1_000} s later`, server, judged)
}
