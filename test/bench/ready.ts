/**
 * npm run bench:ready: what it takes to list what is ready, and to claim the next task, among 100,000 tasks: all of them ready,
 * and all but 1,000 waiting for another. In this process, over the app: routing, JSON and storage in memory, no sockets.
 */
import { createApp } from '../../functions/app'
import { parseTrusted } from '../../schemas/json-text'
import { createProject } from '../../storage/rules/projects'
import { createTask } from '../../storage/rules/tasks'
import { calledLocally, createMemoryServices, localRequest } from '../functions/services'
import { median, quantile } from './numbers'
import { asTable, type Row } from './table'

const total = 100_000
const inChange = 500
const runs = 200
const targetMs = 5

const app = createApp()

const open = async (waiting: number) => {
  const services = await createMemoryServices()
  const { change } = services.workspace
  const projectId = await change((tx) => createProject(tx, { name: 'p' }, '/').id)
  const top = await change((tx) => createTask(tx, { projectId, title: 'top' }).id)
  const create = async (count: number, fields: object) => {
    for (let made = 0; made < count; made += inChange)
      await change((tx) => {
        for (let n = 0; n < inChange; n++) createTask(tx, { projectId, title: 'a task', ...fields })
      })
  }
  await create(waiting, { dependencies: [top], priority: 'high' })
  await create(total - waiting, {})
  const ask = async <Body>(method: string, path: string, body?: object) => {
    const init = { method, ...(body && { body: JSON.stringify(body) }) }
    const response = await app.fetch(localRequest(path, init), calledLocally(services))
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
    return parseTrusted<Body>(text)
  }
  const session = await ask<{ id: string }>('POST', '/api/sessions', {
    ...{ projectId, taskIds: [], strategy: 'tree' },
  })
  return { ask, projectId, sessionId: session.id }
}

const rows: Row[] = []
const measure = async (name: string, run: () => Promise<unknown>, judged = true) => {
  await run()
  const times: number[] = []
  for (let n = 0; n < runs; n++) {
    const began = performance.now()
    await run()
    times.push(performance.now() - began)
  }
  rows.push({
    measure: name,
    value: median(times),
    unit: 'ms',
    target: { atMost: targetMs },
    judged,
    note: `99 % within ${quantile(
      times.toSorted((a, b) => a - b),
      0.99,
    ).toFixed(2)} ms`,
  })
}

for (const waiting of [0, 99_000]) {
  const { ask, projectId, sessionId } = await open(waiting)
  const among = waiting === 0 ? '100,000 ready' : '99,000 waiting, 1,000 ready'
  await measure(`ready, 20 of ${among}`, () => ask('GET', `/api/tasks/ready?projectId=${projectId}&limit=20`))
  await measure(`blocked, 20 of ${among}`, () =>
    ask('GET', `/api/tasks/blocked?projectId=${projectId}&limit=20`),
  )
  const cycle = async () => {
    const { task } = await ask<{ task: { id: string } }>('POST', '/api/tasks/claim-next', { sessionId })
    await ask('POST', `/api/tasks/${task.id}/release`, { sessionId })
  }
  await measure(`claim-next and release, ${among}`, cycle, false)
}
process.stdout.write(`${asTable(rows, process.stdout.isTTY)}\n`)
