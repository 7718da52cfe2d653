// A driver prompts an agent twice at once, forgets what it was told, or ends a session that still works.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scaled } from '../random'
import { anyDeeds } from './deeds'
import { createWorld } from './world'

describe('whatever agent, server and people do', () => {
  it('there is one prompt at a time, one question at a time, and nothing said twice or lost', () => {
    fc.assert(
      fc.property(anyDeeds, fc.boolean(), (deeds, isUnattended) => {
        const world = createWorld({ isUnattended })
        for (const deed of deeds) world.do(deed)
      }),
      { numRuns: scaled(300) },
    )
  })

  it('it comes to an end once everybody does what they should, and what was said has arrived', () => {
    fc.assert(
      fc.property(anyDeeds, (deeds) => {
        const world = createWorld()
        for (const deed of deeds) if (deed.what !== 'end') world.do(deed)
        const wasOver = world.life().phase === 'closed'
        world.settleDown()
        expect(world.life().phase).toBe('closed')
        if (wasOver) return
        for (const { id } of world.sent)
          expect(world.settled.has(id) || world.doubtful.has(id), `${id} has not arrived`).toBe(true)
      }),
      { numRuns: scaled(300) },
    )
  })

  it('messages of a mode arrive in their order', () => {
    fc.assert(
      fc.property(anyDeeds, (deeds) => {
        const world = createWorld()
        for (const deed of deeds) world.do(deed)
        for (const mode of ['steer', 'queue'] as const) {
          const places = world.effects
            .flatMap((effect) => (effect.type === 'delivered' ? effect.said : []))
            .filter((said) => said.mode === mode && said.id.startsWith('msg_'))
            .map(({ id }) => world.sent.findIndex((each) => each.id === id))
          expect(places).toEqual([...places].sort((a, b) => a - b))
        }
      }),
      { numRuns: scaled(300) },
    )
  })
})

it.each([false, true])(
  'a session waits for those that it has spawned, is told when one has ended, and only then reminded and asked about (unattended: %s)',
  (isUnattended) => {
    const world = createWorld({ isUnattended })
    world.do({ what: 'open', isFailing: false })
    const lookWith = (children: number) => {
      world.do({ what: 'wait', seconds: 6 })
      world.do({ what: 'tasks', open: 1, children })
    }
    const endTurn = () => world.do({ what: 'answer', stopReason: 'end_turn', isSurplus: false })
    const prompts = () =>
      world.effects.flatMap((effect) => (effect.type === 'prompt' ? [[effect.reason, effect.note]] : []))
    endTurn()
    lookWith(2)
    lookWith(2)
    expect(world.life()).toMatchObject({ phase: 'waiting', status: 'idle', wait: { kind: 'children' } })
    expect(prompts()).toHaveLength(1)
    lookWith(1)
    expect(prompts().at(-1)).toEqual([
      'goOn',
      'Of the sessions that you have spawned, ended: sess_2. Still at work: sess_1. "maestro session show ID" says how.',
    ])
    expect(world.life().status).toBe('working')
    endTurn()
    lookWith(1)
    world.do({ what: 'say', mode: 'queue', isRepeat: false })
    expect(prompts().at(-1)?.[0]).toBe('said')
    endTurn()
    lookWith(1)
    lookWith(0)
    endTurn()
    lookWith(0)
    expect(prompts().at(-1)?.[0]).toBe('remind')
    endTurn()
    lookWith(0)
    expect(world.effects.at(isUnattended ? -1 : -2)?.type).toBe(isUnattended ? 'exit' : 'ask')
  },
)
