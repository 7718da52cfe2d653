/** Cloudflare takes a Worker up to a size, and starts a small one sooner. */

import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { bundle } from './bundle'

const KiB = 1024

it('the Worker has at most 640 KiB, and 200 KiB packed', async () => {
  const text = await bundle('../../functions/worker.ts', { minify: true })
  const [bytes, packed] = [Buffer.byteLength(text), gzipSync(text).length]
  expect(bytes, `${bytes} bytes`).toBeLessThanOrEqual(640 * KiB)
  expect(packed, `${packed} bytes packed`).toBeLessThanOrEqual(200 * KiB)
  // Or something is missing from it.
  expect(bytes).toBeGreaterThan(100 * KiB)
})
