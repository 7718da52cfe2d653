/** Files: what developers keep their work in. */

import { vi } from 'vitest'
import { afterCrash, type Durability, filesIn, temporaryDirectory } from './directory'
import { faults } from './faulty-disk'
import { suite } from './suite'

vi.mock('node:fs', async (original) => (await import('./faulty-disk')).withFaults(await original()))

for (const durability of ['process', 'strict'] satisfies Durability[])
  suite({
    name: `files (${durability})`,
    createStore() {
      const directory = temporaryDirectory()
      return {
        open: () => filesIn(directory, durability),
        openAfterCrash: () => filesIn(afterCrash(directory), durability),
      }
    },
    breakDisk: () => {
      faults.full = (path) => path.includes('.wal')
    },
    repairDisk: () => {
      faults.full = () => false
    },
    skips: {},
  })
