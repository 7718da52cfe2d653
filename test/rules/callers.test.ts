// A token outlives the run that it is for, or a message is from somebody who did not send it.
import { describe, expect, it } from 'vitest'
import { senderOf, sessionCaller } from '../../storage/rules/callers'
import { readerOf } from '../../storage/rules/find'
import { start } from './start'

const refused = (code: string) => expect.objectContaining({ code })

describe('who shows a session token', () => {
  it('is the session in its present run, and nobody in another one', async () => {
    const { workspace, session, get } = await start()
    const { id } = await session([])
    const stored = await get('sessions', id)
    await workspace.change((tx) =>
      tx.put('sessions', { ...stored, run: 7, metadata: { role: 'orchestrator' } }),
    )
    const ask = (run: number, named?: string) =>
      workspace.read((documents) => sessionCaller(readerOf(documents), { sessionId: id, run }, named))
    expect(await ask(7)).toEqual({
      ...{ kind: 'session', sessionId: id, run: 7 },
      ...{ projectId: stored.projectId, role: 'orchestrator' },
    })
    expect(await ask(7, id)).toMatchObject({ sessionId: id })
    expect(() => ask(6)).toThrow(refused('SESSION_ENDED'))
    expect(() => ask(8)).toThrow(refused('UNAUTHORIZED'))
    expect(() => ask(7, 'sess_1')).toThrow(refused('FORBIDDEN'))
  })

  it('is a worker where nothing else is said of it', async () => {
    const { workspace, session } = await start()
    const { id } = await session([])
    const caller = await workspace.read((documents) =>
      sessionCaller(readerOf(documents), { sessionId: id, run: 0 }, undefined),
    )
    expect(caller.role).toBe('worker')
  })
})

describe('whom a message is from', () => {
  it('is the session that is there, else the user', async () => {
    const { workspace, session } = await start()
    const { id } = await session([])
    const from = (sessionId?: string) =>
      workspace.read((documents) => senderOf(readerOf(documents), { kind: 'person', sessionId }))
    expect([await from(), await from('sess_0'), await from(id)]).toEqual(['user', 'user', id])
  })
})
