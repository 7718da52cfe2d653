/** The memory driver, with which people try the server out and tests run. */

import type { WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'
import { suite } from '../drivers/suite'

let broken = false
const reason = 'it keeps nothing longer than the process lives'

const breakable = (): WorkspaceDriver => {
  const driver = memoryDriver()
  return {
    ...driver,
    async commit(batch) {
      if (broken) throw new Error('the memory is broken')
      await driver.commit?.(batch)
    },
  }
}

suite({
  name: 'our memory driver',
  createStore: () => ({ open: breakable }),
  breakDisk: () => {
    broken = true
  },
  repairDisk: () => {
    broken = false
  },
  skips: { reopening: reason, crash: reason },
})
