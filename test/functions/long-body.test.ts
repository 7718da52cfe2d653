/** A long body holds nobody up: between its steps others have their turn. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { app } from './example-world'
import { calledLocally, createMemoryServices, localRequest } from './services'

const answered = z.looseObject({ id: z.string().optional(), metadata: z.unknown().optional() })

const start = async () => {
  const services = calledLocally(await createMemoryServices())
  const send = async (path: string, body: object) => {
    const request = localRequest(path, { method: 'POST', body: JSON.stringify(body) })
    const response = await app.fetch(request, services)
    return { status: response.status, body: answered.parse(await response.json()) }
  }
  const { body } = await send('/api/projects', { name: 'p' })
  /** Sends a session with so many keys; resolves with the turns that others could have had. */
  const turnsOf = async (keys: number, value: unknown) => {
    const metadata = Object.fromEntries(Array.from({ length: keys }, (_, n) => [`key ${n}`, value]))
    const timer = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timer.mockRestore())
    const answer = await send('/api/sessions', {
      projectId: body.id,
      taskIds: [],
      metadata,
      env: { a: value },
    })
    const turns = timer.mock.calls.length
    timer.mockRestore()
    return { ...answer, turns, metadata }
  }
  return { turnsOf }
}

describe('a long body', () => {
  it('is read in turns, and kept as it was sent', async () => {
    const { turnsOf } = await start()
    const { status, body, turns, metadata } = await turnsOf(20_000, 'x')
    expect(turns).toBeGreaterThan(1)
    expect(status).toBe(201)
    expect(body.metadata).toEqual(metadata)
  })

  it('that is wrong is refused after its turns', async () => {
    const { turnsOf } = await start()
    const { status, turns } = await turnsOf(20_000, 1)
    expect(turns).toBeGreaterThan(1)
    expect(status).toBe(400)
  })

  it('is the exception: a short one waits for nobody', async () => {
    const { turnsOf } = await start()
    expect(await turnsOf(10, 'x')).toMatchObject({ status: 201, turns: 0 })
  })
})
