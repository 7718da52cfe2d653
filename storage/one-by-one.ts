import type { Storage } from 'unstorage'
import type { Batch } from './driver'

/**
 * Commits for drivers that cannot: batch after batch, one write after the other. A failure takes back the
 * writes before it, and fails the batches that wait; a crash in between cannot be taken back.
 */
export const commitOneByOne = (storage: Storage): ((batch: Batch) => Promise<void>) => {
  let queue: Promise<unknown> = Promise.resolve()
  let failures = 0
  return (batch) => {
    const failuresBefore = failures
    const done = queue.then(async () => {
      if (failures > failuresBefore) throw new Error('a change before this one could not be stored')
      try {
        await write(storage, batch)
      } catch (error) {
        failures++
        throw error
      }
    })
    queue = done.catch(() => undefined)
    return done
  }
}

const write = async (storage: Storage, { puts, removes }: Batch) => {
  const undos: (() => Promise<void>)[] = []
  const put = async (key: string, json: string | null) => {
    const before = await storage.getItemRaw<string>(key)
    undos.push(() => (before === null ? storage.removeItem(key) : storage.setItemRaw(key, before)))
    await (json === null ? storage.removeItem(key) : storage.setItemRaw(key, json))
  }
  try {
    for (const { key, json } of puts) await put(key, json)
    for (const key of removes) await put(key, null)
  } catch (error) {
    for (const undo of undos.reverse()) await undo()
    throw error
  }
}
