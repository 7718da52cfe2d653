/** Nobody waits for a reconnect: what goes wrong in it must not end the server, nor leave it unconnected. */

import { afterEach, expect, it, vi } from 'vitest'
import type { Connection } from '../../storage/drivers/postgres/connection'
import type { Lease } from '../../storage/drivers/postgres/lease'
import { createReconnectingLease } from '../../storage/drivers/postgres/reconnecting-lease'
import { collectLogs, type LogRecord } from '../drivers/open'

afterEach(() => void vi.useRealTimers())

/** A connection that answers until it is told to fail. */
const connect = () => {
  const state = { isBroken: false, ended: 0 }
  const connection: Connection = {
    query: async () => {
      if (state.isBroken) throw new Error('cut silently')
      return []
    },
    onEnd: () => undefined,
    end: async () => void state.ended++,
  }
  const lease: Lease = { connection, epoch: 1, commits: 0 }
  return { state, lease }
}

const start = (onReconnect: () => void) => {
  vi.useFakeTimers()
  const logged: LogRecord[] = []
  const [first, ...others] = [connect(), connect(), connect()]
  const waiting = [...others]
  const failures: string[] = []
  const reconnecting = createReconnectingLease({
    firstLease: first.lease,
    reacquire: async () => {
      const next = waiting.shift()
      if (!next) throw new Error('no more of them')
      return next.lease
    },
    onReconnect,
    onFailure: ({ message }) => void failures.push(message),
    logger: collectLogs(logged),
  })
  return { reconnecting, first, others, failures }
}

it('a connection that was cut silently is found out, and made anew', async () => {
  const { reconnecting, first, others } = start(() => undefined)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(reconnecting.current()).toBe(first.lease)
  first.state.isBroken = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(reconnecting.current()).toBe(others[0]?.lease)
  expect(first.state.ended).toBe(1)
  await reconnecting.close()
  expect(vi.getTimerCount()).toBe(0)
})

it('an error in what follows a reconnect is a failure like others, and it is tried again', async () => {
  let attempts = 0
  const { reconnecting, first, failures } = start(() => {
    if (++attempts === 1) throw new Error('of the follower')
  })
  reconnecting.dropConnection(first.lease, new Error('lost'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(failures).toEqual(['of the follower'])
  expect(attempts).toBe(2)
  expect(reconnecting.unavailableReason()).toBe(undefined)
  await reconnecting.close()
})
