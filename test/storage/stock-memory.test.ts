/** Any driver of unstorage will do, as far as it goes: here the one in memory that comes with it. */

import type { Driver } from 'unstorage'
import memory from 'unstorage/drivers/memory'
import { suite } from '../drivers/suite'

let writes = 0
let broken = false

/** Lets go of its data only with the place, so that it can be opened again; broken, it takes one more write. */
const breakable = (stored: Driver): Driver => ({
  ...stored,
  dispose: () => undefined,
  setItemRaw(key, value, options) {
    if (broken && ++writes > 1) throw new Error('the memory is broken')
    return stored.setItemRaw?.(key, value, options)
  },
  removeItem(key, options) {
    if (broken && ++writes > 1) throw new Error('the memory is broken')
    return stored.removeItem?.(key, options)
  },
})

suite({
  name: 'unstorage’s own memory driver',
  createStore() {
    const stored = memory()
    return { open: () => breakable(stored) }
  },
  breakDisk: () => {
    broken = true
    writes = 0
  },
  repairDisk: () => {
    broken = false
  },
  skips: {
    crash: 'it stores one document after the other: a crash between two leaves half a change',
    eventLog: 'it has no event log: numbers begin again with every start',
  },
})
