/** A hundred WebSocket clients and one writer, in a process of its own: how long until everybody has heard. */
import { WebSocket } from 'ws'
import { openConnection, requestBytes } from './connection'
import { quantile } from './numbers'

export type ListenersJob = {
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
export type ListenersResult = { samples: number; p50: number; p99: number; worst: number; answerP50: number }

const longestWaitMs = 5_000

process.once('disconnect', () => process.exit(1))
process.once('message', async (job: ListenersJob) => {
  const result = await measure(job)
  process.send?.(result, () => process.exit(0))
})

async function measure(job: ListenersJob): Promise<ListenersResult> {
  const heard: number[] = []
  const answered: number[] = []
  let mark = ''
  let sentAt = 0
  let waitingFor = 0
  let counts = false
  let everybodyHas: () => void = () => undefined

  const oneLess = (): void => {
    if (--waitingFor === 0) everybodyHas()
  }
  const onMessage = (data: Buffer): void => {
    const took = performance.now() - sentAt
    if (!data.includes(mark)) throw new Error(`A message that is not the awaited one: ${data.toString()}`)
    if (counts) heard.push(took)
    oneLess()
  }
  const sockets = await Promise.all(Array.from({ length: job.clients }, () => listen(job.port, onMessage)))
  const writer = await openConnection(job.port, (status, start) => {
    if (status !== 200) throw new Error(`The writer got ${start.toString()}`)
    if (counts) answered.push(performance.now() - sentAt)
    oneLess()
  })

  for (let i = 0; i < job.warmUpEvents + job.events; i++) {
    counts = i >= job.warmUpEvents
    mark = `"title":"Event ${i}"`
    const request = requestBytes(job.port, 'PATCH', `/api/tasks/${job.taskId}`, `{${mark}}`)
    waitingFor = job.clients + 1
    const everybody = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${waitingFor} still wait for event ${i}`)),
        longestWaitMs,
      )
      everybodyHas = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    sentAt = performance.now()
    writer.send(request)
    await everybody
    const rest = job.everyMs - (performance.now() - sentAt)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)))
  }

  writer.close()
  for (const socket of sockets) socket.terminate()
  heard.sort((a, b) => a - b)
  answered.sort((a, b) => a - b)
  return {
    samples: heard.length,
    p50: quantile(heard, 0.5),
    p99: quantile(heard, 0.99),
    worst: heard.at(-1) ?? Number.NaN,
    answerP50: quantile(answered, 0.5),
  }
}

function listen(port: number, onMessage: (data: Buffer) => void): Promise<WebSocket> {
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
