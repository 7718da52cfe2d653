/**
 * npm run bench:files: how long after its answer a change is in the file, while thirty clients write, and while nobody else
 * does. The contract says 100 ms.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTarget } from './hostile/target'
import { median, quantile } from './numbers'
import { sleep } from './server'

const writers = 30
const looks = 100
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

  const measure = async (what: string) => {
    const delays: number[] = []
    for (let n = 0; n < looks; n++) delays.push(await delayOf(`${what} ${n}`))
    const sorted = delays.toSorted((a, b) => a - b)
    const late = delays.filter((delay) => delay > limitMs).length
    process.stdout.write(
      `${what}: median ${median(delays).toFixed(0)} ms, 99 % within ${quantile(sorted, 0.99).toFixed(0)} ms, ${late} of ${looks} later than ${limitMs} ms\n`,
    )
  }

  await measure('alone')
  let isOver = false
  let changes = 0
  const beganAt = performance.now()
  const writing = others.map(async (id) => {
    while (!isOver) await target.send('PATCH', `/api/tasks/${id}`, { title: `${++changes}` })
  })
  await measure('among others')
  isOver = true
  await Promise.all(writing)
  const perSecond = (1000 * changes) / (performance.now() - beganAt)
  process.stdout.write(`the others: ${perSecond.toFixed(0)} changes a second\n`)
} finally {
  await target.close()
}
process.exit(0)
