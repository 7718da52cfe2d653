// A driver whose commits end when, and as, the test says.
import type { Batch, WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'

export interface ControlledDriver {
  driver: WorkspaceDriver
  /** How many batches are under way. */
  waiting(): number
  /** The oldest batch under way becomes durable. */
  succeed(): Promise<void>
  /** Every batch under way fails, or all from this one on; the ones before go on. */
  fail(from?: number): Promise<void>
}

export const controlledDriver = (): ControlledDriver => {
  const stored = memoryDriver()
  let pending: { batch: Batch; resolve(): void; reject(error: Error): void }[] = []
  return {
    driver: {
      ...stored,
      commit: (batch) => new Promise((resolve, reject) => pending.push({ batch, resolve, reject })),
    },
    waiting: () => pending.length,
    async succeed() {
      const oldest = pending.shift()
      if (!oldest) throw new Error('nothing is under way')
      await stored.commit?.(oldest.batch)
      oldest.resolve()
      await nextTurn()
    },
    async fail(from = 0) {
      const failed = pending.slice(from)
      pending = pending.slice(0, from)
      for (const { reject } of failed) reject(new Error('the disk is on fire'))
      await nextTurn()
    },
  }
}

/** Lets everything that is ready happen. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
