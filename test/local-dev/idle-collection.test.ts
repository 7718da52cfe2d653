// Hours after a burst the server still has all the memory that this took.
import { describe, expect, it } from 'vitest'
import { createCollector, ourMachinery } from '../../local-dev/server/idle-collection'

const megabyte = 1024 * 1024

/** A process with a heap of so many megabytes, and what was left of that after each collection. */
const processWith = (megabytes: number) => {
  const state = { megabytes, busy: 0, left: megabytes, collections: 0 }
  const look = createCollector({
    heapBytes: () => state.megabytes * megabyte,
    busyShare: () => state.busy,
    collect() {
      state.collections++
      state.megabytes = state.left
    },
  })
  return { state, look }
}

describe('garbage', () => {
  it('is collected when nobody wants anything, and not for ever', () => {
    const { state, look } = processWith(20)
    Object.assign(state, { megabytes: 120, busy: 0.9 })
    look()
    expect(state.collections).toBe(0)
    state.busy = 0
    look()
    expect(state).toMatchObject({ megabytes: 20, collections: 1 })
    for (let n = 0; n < 20; n++) look()
    expect(state.collections).toBe(5)
  })

  it('is given back by later collections, also where the first one gives back nothing', () => {
    const { state, look } = processWith(20)
    Object.assign(state, { megabytes: 120, left: 115 })
    look()
    expect(state).toMatchObject({ megabytes: 115, collections: 1 })
    Object.assign(state, { busy: 0.9, left: 60 })
    look()
    expect(state.collections).toBe(1)
    state.busy = 0
    look()
    expect(state.megabytes).toBe(60)
  })

  it('is not collected again where it was none', () => {
    const { state, look } = processWith(20)
    Object.assign(state, { megabytes: 120, left: 115 })
    for (let n = 0; n < 10; n++) look()
    expect(state.collections).toBe(5)
    state.megabytes = 180
    look()
    expect(state.collections).toBe(6)
  })

  it('is left where it is little: to look through a large heap takes time', () => {
    const { state, look } = processWith(300)
    state.megabytes = 400
    look()
    expect(state.collections).toBe(0)
    const small = processWith(10)
    small.state.megabytes = 25
    small.look()
    expect(small.state.collections).toBe(0)
  })

  it('is really gone, and only garbage is', async () => {
    const kept = { name: 'kept' }
    const references = [new WeakRef({ name: 'garbage' }), new WeakRef(kept)]
    // What was just referred to stays until the end of the turn.
    await new Promise((resolve) => setTimeout(resolve))
    const { collect, heapBytes, busyShare } = ourMachinery()
    collect()
    expect(references.map((reference) => reference.deref())).toEqual([undefined, kept])
    expect(heapBytes()).toBeGreaterThan(megabyte)
    expect(busyShare()).toBeLessThanOrEqual(1)
  })
})
