// A task that ends every agent is tried for ever, or is given up and nobody is asked.
import { describe, expect, it } from 'vitest'
import { answerRequest, withdrawRequest } from '../../storage/rules/requests'
import { updateTask } from '../../storage/rules/tasks'
import { setUp } from './claiming'

describe('a task that loses its sessions', () => {
  const lostThrice = async () => {
    const world = await setUp()
    const { id } = await world.task({ title: 'deadly' })
    let last = ''
    for (let n = 0; n < 3; n++) {
      last = (await world.agent()).id
      await world.claim(id, last)
      await world.lose(last)
    }
    return { ...world, id, last }
  }

  it('stops after three, and a person is asked', async () => {
    const { id, last, taskOf, inbox, agent, claim, get } = await lostThrice()
    expect(await taskOf(id)).toMatchObject({ status: 'blocked', attempts: 3 })
    expect(await inbox()).toMatchObject([
      { kind: 'stall', state: 'open', sessionId: last, taskId: id, title: 'Three sessions were lost on it' },
    ])
    expect((await get('sessions', last)).needsInput?.active).not.toBe(true)
    await expect(claim(id, (await agent()).id)).rejects.toMatchObject({
      details: { reasons: [{ kind: 'status', message: expect.stringContaining('lost') }] },
    })
  })

  it('goes on with the answer continue, and is not given up by a restarted agent', async () => {
    const { id, last, taskOf, inbox, change, agent, claim, lose } = await lostThrice()
    const [{ id: requestId = '' } = {}] = await inbox()
    const caller = { kind: 'session', sessionId: last, run: 0, projectId: 'p', role: 'worker' } as const
    await change((tx) => withdrawRequest(tx, requestId, caller))
    await change((tx) => answerRequest(tx, requestId, { optionId: 'continue', by: 'Ada', from: 'user' }))
    const after = await taskOf(id)
    expect([after.status, after.attempts]).toEqual(['todo', undefined])
    const { id: mine } = await agent()
    await claim(id, mine)
    await lose(mine)
    expect(await taskOf(id)).toMatchObject({ status: 'todo', attempts: 1, lastClaim: { epoch: 4 } })
  })

  it('begins anew when a person sets it to todo, and nobody is asked any more', async () => {
    const { id, taskOf, inbox, change } = await lostThrice()
    await change((tx) => updateTask(tx, id, { status: 'todo' }))
    expect((await taskOf(id)).attempts).toBeUndefined()
    expect(await inbox()).toMatchObject([{ state: 'withdrawn' }])
  })
})
