/** A hundred WebSocket clients and one writer, in a process of its own: how long until everybody has heard. */
import { WebSocket } from 'ws'
import { openConnection, requestBytes } from './connection'
import { quantile } from './numbers'

export type SubscribersJob = {
  port: number
  clients: number
  taskId: string
  /** Not counted, then counted. */
  warmUpEvents: number
  events: number
  /** From one event to the next, in milliseconds, or until everybody has the last, whichever is longer. */
  everyMs: number
}

/** From request written to message received, over every client and event, in milliseconds. */
export type SubscribersResult = {
  samples: number
  p50: number
  p99: number
  worst: number
  answerP50: number
}

const maxWaitMs = 5_000

process.once('disconnect', () => process.exit(1))
process.once('message', async (job: SubscribersJob) => {
  const result = await measure(job)
  process.send?.(result, () => process.exit(0))
})

const measure = async (job: SubscribersJob): Promise<SubscribersResult> => {
  const latenciesMs: number[] = []
  const answerLatenciesMs: number[] = []
  let mark = ''
  let sentAt = 0
  let missing = 0
  let isMeasured = false
  let allReceived: () => void = () => undefined

  const countReceived = (): void => {
    if (--missing === 0) allReceived()
  }
  const onMessage = (data: Buffer): void => {
    const took = performance.now() - sentAt
    if (!data.includes(mark)) throw new Error(`A message that is not the awaited one: ${data.toString()}`)
    if (isMeasured) latenciesMs.push(took)
    countReceived()
  }
  const sockets = await Promise.all(Array.from({ length: job.clients }, () => subscribe(job.port, onMessage)))
  const writer = await openConnection(job.port, (status, start) => {
    if (status !== 200) throw new Error(`The writer got ${start.toString()}`)
    if (isMeasured) answerLatenciesMs.push(performance.now() - sentAt)
    countReceived()
  })

  for (let i = 0; i < job.warmUpEvents + job.events; i++) {
    isMeasured = i >= job.warmUpEvents
    mark = `"title":"Event ${i}"`
    const request = requestBytes(job.port, 'PATCH', `/api/tasks/${job.taskId}`, `{${mark}}`)
    missing = job.clients + 1
    const received = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${missing} still wait for event ${i}`)), maxWaitMs)
      allReceived = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    sentAt = performance.now()
    writer.send(request)
    await received
    const restMs = job.everyMs - (performance.now() - sentAt)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs)))
  }

  writer.close()
  for (const socket of sockets) socket.terminate()
  latenciesMs.sort((a, b) => a - b)
  answerLatenciesMs.sort((a, b) => a - b)
  return {
    samples: latenciesMs.length,
    p50: quantile(latenciesMs, 0.5),
    p99: quantile(latenciesMs, 0.99),
    worst: latenciesMs.at(-1) ?? Number.NaN,
    answerP50: quantile(answerLatenciesMs, 0.5),
  }
}

const subscribe = (port: number, onMessage: (data: Buffer) => void): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  })
  socket.on('message', onMessage)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => resolve(socket))
  })
}
