// Skips the tests of the contract that cannot hold here, and says why; and keeps no connection until the host closes it.

import { fetch as loadedWith } from 'miniflare'
import { beforeEach } from 'vitest'
import { differences } from '../contract/differences'

/**
 * `fetch` keeps a connection for 4 s of idleness, the host for 5. On a busy machine that second is none: a request goes out on
 * a connection that was closed a moment before, and nobody may repeat a change.
 */
const idleMs = 1000
const dispatcher = Symbol.for('undici.globalDispatcher.1')
const agent: unknown = typeof loadedWith === 'function' && Reflect.get(globalThis, dispatcher)
if (typeof agent !== 'object' || agent === null) throw new Error('fetch has another dispatcher by now')
Reflect.set(globalThis, dispatcher, Reflect.construct(agent.constructor, [{ keepAliveTimeout: idleMs }]))

beforeEach((context) => {
  const difference = differences.find(({ test }) => test === context.task.name)
  if (difference) context.skip(difference.reason)
})
