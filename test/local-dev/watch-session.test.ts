// An agent that is through holds its place for ever; or it is ended under the hands of who talks to it.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type SessionStatus } from '../../functions/client/client'
import { whenToEnd } from '../../local-dev/agents/watch-session'

/** A session whose status is what `status` says, or a server that is away. */
const watch = (status: () => SessionStatus | undefined, staysOpen: boolean, isAttached = () => false) => {
  const left = new AbortController()
  onTestFinished(() => left.abort())
  let looks = 0
  const client = createClient({
    url: 'http://localhost',
    fetch: async () => {
      looks++
      const now = status()
      if (now === undefined) throw new TypeError('away')
      return Response.json({ id: 'sess_1', status: now })
    },
  })
  const end = whenToEnd(
    { client, sessionId: 'sess_1', staysOpen, isAttached: async () => isAttached(), interval: 5, linger: 20 },
    left.signal,
  )
  const looked = async (times: number) => {
    for (const until = looks + times; looks < until && !end.aborted; ) await sleep(5)
  }
  return { end, looked, leave: () => left.abort(), looks: () => looks }
}

const ended = (end: AbortSignal) =>
  new Promise<void>((resolve) => (end.aborted ? resolve() : end.addEventListener('abort', () => resolve())))

describe('an agent', () => {
  it('is ended when its session is stopped, whatever it is', async () => {
    let status: SessionStatus = 'working'
    const { end, looked } = watch(() => status, false)
    await looked(3)
    expect(end.aborted).toBe(false)
    status = 'stopped'
    await ended(end)
  })

  it('that stays open is ended some time after its session', async () => {
    await ended(watch(() => 'completed', true).end)
    await ended(watch(() => 'failed', true).end)
  })

  it('that ends by itself is left to it', async () => {
    const { end, looked } = watch(() => 'completed', false)
    await looked(20)
    expect(end.aborted).toBe(false)
  })

  it('is not ended while a person is attached, or while the server is away', async () => {
    let attached = true
    const person = watch(
      () => 'completed',
      true,
      () => attached,
    )
    const away = watch(() => undefined, true)
    await Promise.all([person.looked(20), away.looked(20)])
    expect([person.end.aborted, away.end.aborted]).toEqual([false, false])
    attached = false
    await ended(person.end)
  })

  it('that has ended is looked after no more', async () => {
    const { looked, leave, looks } = watch(() => 'working', true)
    await looked(2)
    leave()
    await sleep(30)
    const before = looks()
    await sleep(50)
    expect(looks()).toBe(before)
  })
})
