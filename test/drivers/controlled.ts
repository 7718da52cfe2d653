// A driver whose commits end when, and as, the test says.
import type { Batch, WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'

export interface Controlled {
  driver: WorkspaceDriver
  /** How many batches are under way. */
  waiting(): number
  /** The oldest batch under way becomes durable. */
  succeed(): Promise<void>
  /** Every batch under way fails, or all from this one on; the ones before go on. */
  fail(from?: number): Promise<void>
}

export const controlledDriver = (): Controlled => {
  const stored = memoryDriver()
  let underWay: { batch: Batch; resolve(): void; reject(error: Error): void }[] = []
  return {
    driver: {
      ...stored,
      commit: (batch) => new Promise((resolve, reject) => underWay.push({ batch, resolve, reject })),
    },
    waiting: () => underWay.length,
    async succeed() {
      const oldest = underWay.shift()
      if (!oldest) throw new Error('nothing is under way')
      await stored.commit?.(oldest.batch)
      oldest.resolve()
      await turn()
    },
    async fail(from = 0) {
      const failed = underWay.slice(from)
      underWay = underWay.slice(0, from)
      for (const { reject } of failed) reject(new Error('the disk is on fire'))
      await turn()
    },
  }
}

/** Lets everything that is ready happen. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
