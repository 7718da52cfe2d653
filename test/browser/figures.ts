/**
 * How fast the console is in a browser, as a table: `npm run bench:console`. Only on a quiet machine: server, browser and this
 * script share its processors.
 */
import type { CDPSession, Page } from 'playwright-core'
import { createClient } from '../../functions/client/client'
import { startServer } from '../contract/server'
import { browserPath, closeBrowser, launched } from './browser'

const cards = 1000
const boardTasks = 10_000
const eventsPerSecond = 50
const eventSeconds = 10
const memoryEvents = 10_000
const together = 25

interface Row {
  measure: string
  value: string
  target: string
  ok: boolean
}

const rows: Row[] = []
const note = (measure: string, value: number, unit: string, most: number) =>
  rows.push({
    measure,
    value: `${Math.round(value)} ${unit}`,
    target: `<= ${most} ${unit}`,
    ok: value <= most,
  })

/** So many of them at a time. */
const inTurn = async (count: number, run: (index: number) => Promise<unknown>) => {
  for (let first = 0; first < count; first += together)
    await Promise.all(
      Array.from({ length: Math.min(together, count - first) }, (_, offset) => run(first + offset)),
    )
}

/** Collects in the page how long tasks of its main thread and the pauses between frames are, in milliseconds. */
const watching = `
  globalThis.seen = { tasks: [0], frames: [0], firstRow: 0 }
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) seen.tasks.push(duration) })
    .observe({ type: 'longtask', buffered: true })
  let last = performance.now()
  const onFrame = (now) => {
    seen.frames.push(now - last)
    last = now
    if (seen.firstRow === 0 && document.querySelector('main [data-row]')) {
      // The frame that has it is painted before the next one begins.
      seen.firstRow = -1
      requestAnimationFrame((painted) => { seen.firstRow = painted })
    }
    requestAnimationFrame(onFrame)
  }
  requestAnimationFrame(onFrame)
`

interface Seen {
  longestTask: number
  longestFrame: number
  firstRow: number
}

/** What was collected since it was asked last. */
const seenBy = (page: Page): Promise<Seen> =>
  page.evaluate(
    `(() => { const { tasks, frames, firstRow } = seen
      const found = { longestTask: Math.max(...tasks), longestFrame: Math.max(...frames), firstRow }
      seen.tasks = [0]; seen.frames = [0]; return found })()`,
  )

const usedMegabytes = async (session: CDPSession): Promise<number> => {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1024 / 1024
}

const run = async () => {
  const server = await startServer()
  const client = createClient({ url: server.url })
  const project = await client.projects.create({ name: 'figures' })
  await inTurn(cards, (index) =>
    client.sessions.create({ projectId: project.id, taskIds: [], name: `Agent ${index}`, status: 'working' }),
  )
  await inTurn(boardTasks, (index) =>
    client.tasks.create({ projectId: project.id, title: `Task ${index}`, description: 'What is to be done' }),
  )
  const context = await (await launched()).newContext({ viewport: { width: 1280, height: 800 } })
  const open = async (hash: string) => {
    const page = await context.newPage()
    await page.addInitScript(watching)
    await page.goto(`${server.url}/${hash}`)
    await page.locator('main [data-row]').first().waitFor()
    await page.waitForTimeout(1500)
    return page
  }

  // The first visit fills the browser's cache and compiles; a person keeps the page open.
  await (await open('#/agents')).close()
  const agents = await open('#/agents')
  note(`first paint of ${cards} cards, from the address on`, (await seenBy(agents)).firstRow, 'ms', 300)
  await agents.close()

  const board = await open(`#/board/${project.id}`)
  await board.locator('.column .long').first().waitFor()
  await board.waitForTimeout(4000)
  note(`longest task while ${boardTasks} tasks are loaded`, (await seenBy(board)).longestTask, 'ms', 50)
  const list = board.locator('.column .rows').first()
  for (let step = 0; step < 60; step++) {
    await list.evaluate((element, top) => {
      element.scrollTop = top
    }, step * 8000)
    await board.waitForTimeout(30)
  }
  note(`longest task while ${boardTasks} tasks are scrolled`, (await seenBy(board)).longestTask, 'ms', 50)

  const [first] = (await client.tasks.page({ projectId: project.id, limit: 1 })).items
  const began = performance.now()
  for (let sent = 0; sent < eventsPerSecond * eventSeconds; sent++) {
    await client.tasks.update(first?.id ?? '', { title: `Task 0, change ${sent}` })
    const due = began + ((sent + 1) * 1000) / eventsPerSecond
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
  }
  const busy = await seenBy(board)
  note(`longest task at ${eventsPerSecond} events a second`, busy.longestTask, 'ms', 50)
  note(`longest pause between frames then`, busy.longestFrame, 'ms', 100)

  const session = await context.newCDPSession(board)
  const burst = (count: number) =>
    inTurn(count, (index) => client.tasks.update(first?.id ?? '', { title: `Task 0, burst ${index}` }))
  // What is bounded is full by then.
  await burst(2000)
  await board.waitForTimeout(2000)
  const before = await usedMegabytes(session)
  await burst(memoryEvents)
  await board.waitForTimeout(2000)
  note(`more memory after ${memoryEvents} events, in MB`, (await usedMegabytes(session)) - before, 'MB', 2)

  await closeBrowser()
  await server.stop()
}

if (!browserPath) throw new Error('No Chromium is installed here: CHROMIUM names another browser')
await run()
const widths = [
  Math.max(...rows.map(({ measure }) => measure.length)),
  Math.max(...rows.map(({ value }) => value.length)),
  Math.max(...rows.map(({ target }) => target.length)),
] as const
for (const { measure, value, target, ok } of rows)
  process.stdout.write(
    `${measure.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${target.padStart(widths[2])}  ${ok ? 'ok' : 'miss'}\n`,
  )
