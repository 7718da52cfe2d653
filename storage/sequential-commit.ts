import type { Storage } from 'unstorage'
import type { Batch } from './driver'

/**
 * `commit` for drivers without one: batch after batch, one write after the other. A failure rolls back the writes
 * before it, at the latest before the next batch, and fails the batches that wait. A crash in between leaves half
 * a batch.
 */
export const createSequentialCommit = (storage: Storage): ((batch: Batch) => Promise<void>) => {
  let queue: Promise<unknown> = Promise.resolve()
  let failures = 0
  /** The undo log of the present batch, oldest write first. */
  const undos: (() => Promise<void>)[] = []

  const rollBack = async () => {
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
    await rollBack()
    try {
      for (const { key, json } of puts) await put(key, json)
      for (const key of removes) await put(key, null)
    } catch (error) {
      await rollBack().catch(() => undefined)
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
    // Counted when the caller learns of it: changes until then are built on the one that failed, and fail, too.
    queue = done.catch(() => {
      failures++
    })
    return done
  }
}
