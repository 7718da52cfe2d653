// An agent that is done holds its slot for ever; or it is ended while a person talks to it.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type SessionStatus } from '../../functions/client/client'
import { sessionEndSignal } from '../../local-dev/agents/watch-session'

type Told = SessionStatus | { status: SessionStatus; run: number } | Response

/** A session whose status is what `status` says, or what the server answers; undefined: it is away. */
const watch = (status: () => Told | undefined, staysOpen: boolean, isAttached = () => false) => {
  const agentExited = new AbortController()
  onTestFinished(() => agentExited.abort())
  let polls = 0
  const client = createClient({
    url: 'http://localhost',
    fetch: async () => {
      polls++
      const now = status()
      if (now === undefined) throw new TypeError('away')
      if (now instanceof Response) return now
      return Response.json({ id: 'sess_1', run: 7, ...(typeof now === 'string' ? { status: now } : now) })
    },
  })
  const end = sessionEndSignal(
    {
      client,
      session: { id: 'sess_1', run: 7 },
      staysOpen,
      isAttached: async () => isAttached(),
      pollMs: 5,
      lingerMs: 20,
    },
    agentExited.signal,
  )
  const polled = async (times: number) => {
    for (const until = polls + times; polls < until && !end.aborted; ) await sleep(5)
  }
  return { end, polled, exit: () => agentExited.abort(), polls: () => polls }
}

const ended = (end: AbortSignal) =>
  new Promise<void>((resolve) => (end.aborted ? resolve() : end.addEventListener('abort', () => resolve())))

describe('an agent', () => {
  it('is ended when its session is stopped, whatever it is', async () => {
    let status: SessionStatus = 'working'
    const { end, polled } = watch(() => status, false)
    await polled(3)
    expect(end.aborted).toBe(false)
    status = 'stopped'
    await ended(end)
  })

  it('is ended when its session was started again elsewhere, whoever is attached', async () => {
    const isAttached = () => true
    await ended(watch(() => ({ status: 'working', run: 8 }), true, isAttached).end)
    const earlier = { error: true, code: 'SESSION_ENDED', message: 'Session sess_1 was started again' }
    await ended(watch(() => Response.json(earlier, { status: 409 }), true, isAttached).end)
    const unsure = watch(() => Response.json({ ...earlier, code: 'UNAUTHORIZED' }, { status: 401 }), true)
    await unsure.polled(20)
    expect(unsure.end.aborted).toBe(false)
  })

  it('that stays open is ended some time after its session', async () => {
    await ended(watch(() => 'completed', true).end)
    await ended(watch(() => 'failed', true).end)
  })

  it('that ends by itself is left to it', async () => {
    const { end, polled } = watch(() => 'completed', false)
    await polled(20)
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
    await Promise.all([person.polled(20), away.polled(20)])
    expect([person.end.aborted, away.end.aborted]).toEqual([false, false])
    attached = false
    await ended(person.end)
  })

  it('that has ended is looked after no more', async () => {
    const { polled, exit, polls } = watch(() => 'working', true)
    await polled(2)
    exit()
    await sleep(30)
    const before = polls()
    await sleep(50)
    expect(polls()).toBe(before)
  })
})
