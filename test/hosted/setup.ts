// Skips the tests of the contract that cannot hold here, and says why; and asks as plainly as a test needs it: of a connection
// that the host does not close, for an answer that is not compressed.

import { fetch as loadedWith } from 'miniflare'
import { beforeEach } from 'vitest'
import { isObject } from '../../schemas/fields'
import { differences } from '../contract/differences'

/**
 * `fetch` keeps a connection for 4 s of idleness, the host for 5. On a busy machine that second is none: a request goes out on
 * a connection that was closed a moment before, and nobody may repeat a change.
 */
const idleMs = 1000

/** What `fetch` sends its requests through. */
interface Dispatcher {
  dispatch(options: Sent, handler: unknown): boolean
  compose(interceptor: (dispatch: Dispatcher['dispatch']) => Dispatcher['dispatch']): Dispatcher
}

interface Sent {
  headers: Record<string, string>
}

const isDispatcher = (value: unknown): value is Dispatcher =>
  isObject(value) && typeof value.compose === 'function'

const place = Symbol.for('undici.globalDispatcher.1')
const agent: unknown = typeof loadedWith === 'function' && Reflect.get(globalThis, place)
if (!isDispatcher(agent)) throw new Error('fetch has another dispatcher by now')
const impatient: unknown = Reflect.construct(agent.constructor, [{ keepAliveTimeout: idleMs }])

/** Miniflare compresses what `fetch` says that it takes, as Cloudflare does: to pack and unpack it costs more than the rest. */
const uncompressed =
  (dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] =>
  (options, handler) =>
    dispatch({ ...options, headers: { ...options.headers, 'accept-encoding': 'identity' } }, handler)

if (isDispatcher(impatient)) Reflect.set(globalThis, place, impatient.compose(uncompressed))

beforeEach((context) => {
  const difference = differences.find(({ test }) => test === context.task.name)
  if (difference) context.skip(difference.reason)
})
