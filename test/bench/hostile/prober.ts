/** Asks for /health all the time, in a process of its own: what an attack does to everybody else. */
import { openConnection, requestBytes } from '../connection'

export type ProberJob = { port: number }
/** How long each answer since the last report took, in milliseconds; the first report is empty: it is ready. */
export type ProberReport = number[]

/** Between an answer and the next request, in milliseconds. */
const pauseMs = 1

process.once('disconnect', () => process.exit(0))
process.once('message', async ({ port }: ProberJob) => {
  let latenciesMs: number[] = []
  let sentAt = performance.now()
  const request = requestBytes(port, 'GET', '/health')
  const connection = await openConnection(port, () => {
    latenciesMs.push(performance.now() - sentAt)
    setTimeout(ask, pauseMs)
  })
  const ask = () => {
    sentAt = performance.now()
    connection.send(request)
  }
  process.on('message', () => {
    process.send?.(latenciesMs)
    latenciesMs = []
  })
  process.send?.(latenciesMs)
  latenciesMs = []
  ask()
})
