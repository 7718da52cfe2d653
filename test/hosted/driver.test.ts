/** The suite of all storage drivers, run where this one lives: inside a Durable Object. */

import { Miniflare } from 'miniflare'
import { afterAll, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { bundle, compatibility, moduleOf } from './bundle'
import type { Outcome } from './driver/in-object'

const miniflare = new Miniflare({
  ...compatibility,
  modules: moduleOf(await bundle('driver/worker.ts', { stubs: { vitest: './driver/in-object.ts' } })),
  durableObjects: { OBJECTS: { className: 'TestObject', useSQLite: true } },
})
afterAll(() => miniflare.dispose())

const ask = async <T>(query: string): Promise<T> =>
  parseTrusted(await (await fetch(new URL(`/?${query}`, await miniflare.ready))).text())

const names = await ask<string[]>('')

it('finds the tests of the suite', () => expect(names.length).toBeGreaterThan(8))

it.for(names)('%s', async (name, context) => {
  const { failed, skipped } = await ask<Outcome>(`name=${encodeURIComponent(name)}`)
  expect(failed).toBeUndefined()
  if (skipped !== undefined) context.skip(skipped)
})
