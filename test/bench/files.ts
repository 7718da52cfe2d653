/**
 * npm run bench:files: how long after its answer a change is in the file, while thirty clients write, and while nobody else
 * does. The contract says 100 ms.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTarget } from './hostile/target'
import { median, quantile } from './numbers'
import { sleep } from './server'
import { load } from './workload'

const writers = 30
const measureMs = 10_000
const limitMs = 100
const giveUpMs = 10_000

const target = await openTarget()
try {
  const ids = await target.tasks(writers + 1)
  const [watched = '', ...others] = ids
  const file = join(target.home, 'data', 'tasks', target.projectId, `${watched}.json`)

  /** From the answer until the file has it, in milliseconds. */
  const delayOf = async (title: string): Promise<number> => {
    await target.send('PATCH', `/api/tasks/${watched}`, { title })
    const answeredAt = performance.now()
    while (!readFileSync(file, 'utf8').includes(title)) {
      if (performance.now() - answeredAt > giveUpMs) throw new Error(`${file} does not get "${title}"`)
      await sleep(1)
    }
    return performance.now() - answeredAt
  }

  const measure = async (what: string, isOver: () => boolean) => {
    const delays: number[] = []
    while (!isOver()) delays.push(await delayOf(`${what} ${delays.length}`))
    const sorted = delays.toSorted((a, b) => a - b)
    const late = delays.filter((delay) => delay > limitMs).length
    process.stdout.write(
      `${what}: median ${median(delays).toFixed(0)} ms, 99 % within ${quantile(sorted, 0.99).toFixed(0)} ms, ${late} of ${delays.length} later than ${limitMs} ms\n`,
    )
  }

  const endsAt = performance.now() + measureMs
  await measure('alone', () => performance.now() > endsAt)
  const body = JSON.stringify({ title: 'of another' })
  const requests = others.map((id) => ({ method: 'PATCH', path: `/api/tasks/${id}`, body }))
  const job = { connections: writers, requests, until: { warmUpMs: 500, measureMs } }
  let isOver = false
  const loaded = load(target.server, job).finally(() => {
    isOver = true
  })
  await sleep(500)
  await measure('among others', () => isOver)
  process.stdout.write(`the others: ${(await loaded).perSecond.toFixed(0)} changes a second\n`)
} finally {
  await target.close()
}
process.exit(0)
