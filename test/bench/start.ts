/** Start with 10,000 tasks stored: after a clean stop, and after kill -9 under writes. */
import { median } from './numbers'
import { startServer, untilIdle } from './server'
import type { Row } from './table'
import { connections, expectStored, load, type Site, storedTasks, updateTasks } from './workload'

export const startsAfterStop = (site: Site, rounds: number): Promise<Row> =>
  starts('start after a clean stop', site, rounds, async () => {
    await untilIdle(site.server.pid)
    await site.server.stop()
  })

export const startsAfterIdleKill = (site: Site, rounds: number): Promise<Row> =>
  starts('start after kill -9 at rest', site, rounds, async () => {
    await untilIdle(site.server.pid)
    await site.server.kill()
  })

/** Before each kill every task is updated once, so that the journal is full and files are behind. */
export const startsAfterKill = (site: Site, rounds: number): Promise<Row> =>
  starts('start after kill -9 under writes', site, rounds, async () => {
    await load(site.server, {
      connections,
      requests: updateTasks(site.stored),
      until: { count: storedTasks },
    })
    await site.server.kill()
  })

/** Leaves the server that was started last in `site`. */
const starts = async (
  measure: string,
  site: Site,
  rounds: number,
  end: () => Promise<void>,
): Promise<Row> => {
  const taken: number[] = []
  const own: number[] = []
  for (let i = 0; i < rounds; i++) {
    await end()
    site.server = await startServer(site.home, [], site.folder)
    taken.push(site.server.startMs)
    own.push(ownFigure(site.server.output()))
    // A server that answers before it knows its tasks would win this measure.
    await expectStored(site.server, site.stored)
  }
  const note = `of ${taken.map((ms) => ms.toFixed(0)).join(' ')}; the server's own figure ${median(own).toFixed(0)} ms`
  return { measure, value: median(taken), unit: 'ms', target: { atMost: 400 }, judged: true, note }
}

/** What its start-up report says under `milliseconds`; NaN when it does not say. */
const ownFigure = (output: string): number =>
  Number(/"milliseconds": ?([\d.]+)/.exec(output)?.[1] ?? Number.NaN)
