/** Thousands of files that follow their changes: how far they are is noted on the way, and never further than is true. */
import { expect, it } from 'vitest'
import { createWriteBehind } from '../../storage/drivers/files/write-behind'
import { createRandom } from '../random'

/** A buffer over a disk that fails at these writes, and what is in the files. `begun` is called as each begins. */
const onDisk = (failsAt: readonly number[] = [], begun: () => void = () => undefined) => {
  const files = new Map<string, string>()
  const checkpoints: number[] = []
  /** What was added since its file was last written, oldest first. */
  const missing = new Map<string, { json: string; batch: number }[]>()
  let batch = 0
  let writes = 0
  const behind = createWriteBehind({
    async write(changes) {
      begun()
      await new Promise((resolve) => setImmediate(resolve))
      if (failsAt.includes(++writes)) throw new Error('the disk is full')
      for (const { key, document } of changes) {
        const json = document?.json ?? ''
        files.set(key, json)
        const later = missing.get(key) ?? []
        missing.set(key, later.slice(later.findIndex((one) => one.json === json) + 1))
      }
      return []
    },
    lastBatch: () => batch,
    onCheckpoint(reached) {
      checkpoints.push(reached)
      const first = [...missing.values()].flatMap(([oldest]) => oldest?.batch ?? [])
      expect(Math.min(...first)).toBeGreaterThan(reached)
    },
    onFailure: () => undefined,
    onBlocked: () => undefined,
  })
  const add = (key: string, json: string) => {
    missing.set(key, [...(missing.get(key) ?? []), { json, batch: ++batch }])
    behind.add(key, { json })
  }
  const isMissing = () => [...missing.values()].some((later) => later.length > 0)
  return { behind, files, checkpoints, add, isMissing, writes: () => writes }
}

it('notes how far the files are before thousands of them are all written', async () => {
  const { behind, files, checkpoints, add } = onDisk()
  for (let n = 0; n < 2500; n++) add(`tasks:p:${n}`, `${n}`)
  await behind.flush()
  expect(files.size).toBe(2500)
  expect(checkpoints).toEqual(Array.from({ length: 10 }, (_, at) => 250 * (at + 1)))
})

it('writes after a failure in the middle what is missing, and nothing else', async () => {
  const { behind, files, add, writes } = onDisk([2])
  for (let n = 0; n < 2500; n++) add(`tasks:p:${n}`, `${n}`)
  await expect(behind.flush()).rejects.toThrow('the disk is full')
  expect([files.size, [...behind.keys()].length]).toEqual([250, 2250])
  await behind.flush()
  expect([files.size, [...behind.keys()].length, writes()]).toEqual([2500, 0, 11])
})

it('never takes for written what changed again while others were written', async () => {
  const random = createRandom('write-behind')
  let changes = 6000
  const change = (count: number) => {
    for (let n = 0; n < count && changes > 0; n++)
      add(`tasks:p:${Math.floor(random() * 3000)}`, `${changes--}`)
  }
  const { behind, checkpoints, add, isMissing } = onDisk([3, 7], () => change(200))
  change(3500)
  while (isMissing()) await behind.flush().catch(() => undefined)
  expect(changes).toBe(0)
  expect(checkpoints.at(-1)).toBe(6000)
})
