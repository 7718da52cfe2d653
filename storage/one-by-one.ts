import type { Storage } from 'unstorage'
import type { Batch } from './driver'

/**
 * Commits for drivers that cannot: batch after batch, one write after the other. A failure takes back the
 * writes before it, at the latest when the storage works again, and fails the batches that wait; a crash in
 * between cannot be taken back.
 */
export const commitOneByOne = (storage: Storage): ((batch: Batch) => Promise<void>) => {
  let queue: Promise<unknown> = Promise.resolve()
  let failures = 0
  /** What is still to be taken back, oldest first. */
  const undos: (() => Promise<void>)[] = []

  const takeBack = async () => {
    for (let undo = undos.at(-1); undo; undo = undos.at(-1)) {
      await undo()
      undos.pop()
    }
  }

  const put = async (key: string, json: string | null) => {
    const before = await storage.getItemRaw<string>(key)
    undos.push(() => (before === null ? storage.removeItem(key) : storage.setItemRaw(key, before)))
    await (json === null ? storage.removeItem(key) : storage.setItemRaw(key, json))
  }

  const write = async ({ puts, removes }: Batch) => {
    await takeBack()
    try {
      for (const { key, json } of puts) await put(key, json)
      for (const key of removes) await put(key, null)
    } catch (error) {
      await takeBack().catch(() => undefined)
      throw error
    }
    undos.length = 0
  }

  return (batch) => {
    const failuresBefore = failures
    const done = queue.then(() => {
      if (failures > failuresBefore) throw new Error('a change before this one could not be stored')
      return write(batch)
    })
    // Counted when the caller hears of it, not before: until then, changes are built on the one that failed.
    queue = done.catch(() => {
      failures++
    })
    return done
  }
}
