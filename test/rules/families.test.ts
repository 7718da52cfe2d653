// An agent gives its helpers more than it has itself: rights, money, or helpers without end.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PermissionMode } from '../../schemas/agent'
import type { Session } from '../../schemas/session'
import { renewedBudget, takeBudget } from '../../storage/rules/budgets'
import { endSession } from '../../storage/rules/endings'
import { ancestorsOf, familyIsFull } from '../../storage/rules/families'
import { findSession, readerOf } from '../../storage/rules/find'
import { deleteSession, updateSession } from '../../storage/rules/sessions'
import { grantSpawn, type Spawner } from '../../storage/rules/spawn-rights'
import { clock } from '../drivers/open'
import { scaled } from '../random'
import { start } from './start'

/** Where the world's clock begins. */
const beginning = 1_738_713_700_000

type World = Awaited<ReturnType<typeof start>>

/** A session with some of its fields set. */
const member = async ({ session, change, get }: World, fields: Partial<Session> = {}) => {
  const { id } = await session([])
  const stored = await get('sessions', id)
  await change((tx) =>
    tx.put('sessions', { ...stored, startedAt: beginning, events: [], timeline: [], ...fields }),
  )
  return id
}

const asSession = (sessionId: string): Spawner => ({
  caller: { kind: 'session', sessionId, run: 0, projectId: 'p', role: 'orchestrator' },
  foreignPage: undefined,
})

const grant = async (
  { workspace }: World,
  spawner: Spawner,
  asked: object,
  { maxChildren = 8, now = beginning }: { maxChildren?: number; now?: number } = {},
) =>
  workspace.read((documents) =>
    grantSpawn(readerOf(documents), { projectId: 'p', taskIds: ['t'], ...asked }, spawner, {
      maxChildren,
      now,
    }),
  )

const person: Spawner = { caller: { kind: 'person' }, foreignPage: undefined }
const page: Spawner = { ...person, foreignPage: 'http://localhost:5173' }
const modes = PermissionMode.options
const mode = fc.constantFrom(...modes)
const rank = (one: PermissionMode | undefined) => (one === undefined ? -1 : modes.indexOf(one))

describe('what a helper may do unasked', () => {
  it('is what was asked for, and never more than its parent may', async () => {
    const world = await start()
    await fc.assert(
      fc.asyncProperty(
        fc.option(mode, { nil: undefined }),
        fc.option(mode, { nil: undefined }),
        async (own, asked) => {
          const id = await member(world, own === undefined ? {} : { permissionMode: own })
          const { granted, warnings, request } = await grant(world, asSession(id), { permissionMode: asked })
          const most = own ?? 'acceptEdits'
          expect(granted.permissionMode).toBe(asked !== undefined && rank(asked) < rank(most) ? asked : most)
          expect(warnings.length).toBe(asked !== undefined && rank(asked) > rank(most) ? 1 : 0)
          expect(request).toMatchObject({ sessionId: id, spawnSource: 'session' })
        },
      ),
      { numRuns: scaled(40) },
    )
  })

  it('is at most acceptEdits where a page asks that could be anybody’s, and what a person says else', async () => {
    const world = await start()
    for (const asked of [...modes, undefined]) {
      const { granted, warnings } = await grant(world, page, { permissionMode: asked })
      const isLimited = asked === undefined || rank(asked) > rank('acceptEdits')
      expect(granted).toEqual(isLimited ? { permissionMode: 'acceptEdits' } : {})
      expect(warnings.length).toBe(isLimited ? 1 : 0)
      expect(await grant(world, person, { permissionMode: asked })).toMatchObject({
        granted: {},
        warnings: [],
      })
    }
  })
})

describe('a family', () => {
  it('has as many living children a session as it may, and three generations', async () => {
    const world = await start()
    const root = await member(world)
    const isFull = (id: string, max: number) =>
      world.workspace.read((documents) => familyIsFull(readerOf(documents), id, max) !== undefined)
    const first = await member(world, { parentSessionId: root })
    await member(world, { parentSessionId: root, status: 'spawning' })
    await member(world, { parentSessionId: root, status: 'completed' })
    expect([await isFull(root, 2), await isFull(root, 3)]).toEqual([true, false])
    const second = await member(world, { parentSessionId: first })
    const third = await member(world, { parentSessionId: second })
    expect([await isFull(second, 8), await isFull(third, 8)]).toEqual([false, true])
    await expect(grant(world, asSession(third), {})).rejects.toMatchObject({ code: 'TOO_MANY_CHILDREN' })
    const asPerson = await grant(world, person, { sessionId: third, spawnSource: 'session' })
    expect(asPerson.warnings).toHaveLength(1)
  })

  it('whose middle is deleted stays one: who is above can stop what is below, and gets its budget back', async () => {
    const world = await start()
    const { change, get } = world
    const root = await member(world, { budget: { costUsd: 1 } })
    const middle = await member(world, {
      ...{
        parentSessionId: root,
        budget: { costUsd: 5, takenFrom: root },
        usage: { costUsd: 1, updatedAt: 1 },
      },
    })
    const child = await member(world, {
      ...{ parentSessionId: middle, budget: { costUsd: 3, takenFrom: middle } },
      usage: { costUsd: 1, updatedAt: 1 },
    })
    const above = (id: string) => world.workspace.read((documents) => ancestorsOf(readerOf(documents), id))
    expect(await above(child)).toEqual([middle, root])
    const events = await world.eventsOf((tx) => deleteSession(tx, middle))
    expect(events).toContain(`session:updated ${child}`)
    expect(await above(child)).toEqual([root])
    expect(await get('sessions', root)).toMatchObject({ budget: { costUsd: 5 } })
    await change((tx) => endSession(tx, child, { cause: 'stopped' }))
    expect(await get('sessions', root)).toMatchObject({ budget: { costUsd: 7 } })
    const [top, below] = [await member(world), await member(world)]
    await change((tx) => tx.put('sessions', { ...findSession(tx, below), parentSessionId: top }))
    await change((tx) => deleteSession(tx, top))
    expect(await get('sessions', below)).toMatchObject({ parentSessionId: top })
  })

  it('that is told to be a circle has an end', async () => {
    const world = await start()
    const id = await member(world)
    await world.change((tx) => {
      const session = tx.get('sessions', id)
      if (session) tx.put('sessions', { ...session, parentSessionId: id })
    })
    expect(await grant(world, asSession(id), {})).toMatchObject({ warnings: [] })
  })
})

/** What a helper asks for and uses, in cents; whether it then ends, and what becomes of it afterwards. */
const helper = fc.record({
  asks: fc.option(fc.integer({ min: 1, max: 1500 }), { nil: undefined }),
  uses: fc.integer({ min: 0, max: 300 }),
  /** Beyond its budget: the model's last answer costs what it costs. */
  isOverspent: fc.boolean(),
  ends: fc.boolean(),
  afterwards: fc.constantFrom(undefined, 'goes on', 'is started again', 'ends twice'),
})

/** As its orchestrator starts it again; what it used in its last run is no part of its budget any more. */
const startAgain = ({ change }: World, id: string) =>
  change((tx) => {
    const before = findSession(tx, id)
    const { budget, take } = renewedBudget(tx, before, tx.now, false)
    const { usage, ...kept } = before
    tx.put('sessions', { ...kept, status: 'spawning', completedAt: null, run: tx.now, budget })
    take(tx)
    return usage?.costUsd ?? 0
  }).catch((error) => {
    expect(error).toMatchObject({ code: 'INVALID_STATE' })
    return 0
  })

describe('the budget of a family', () => {
  it('is never more than what its first had, whoever spends and ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(helper, { minLength: 1, maxLength: 8 }), async (helpers) => {
        const world = await start()
        const root = await member(world, { budget: { costUsd: 10 } })
        const all = [root]
        let spentBefore = 0
        for (const { asks, uses, isOverspent, ends, afterwards } of helpers) {
          const asked = asks === undefined ? {} : { budget: { costUsd: asks / 100 } }
          const granted = await grant(world, asSession(root), asked).catch(() => undefined)
          const budget = granted?.granted.budget
          if (!budget) continue
          expect(budget.costUsd).toBeLessThanOrEqual(asks === undefined ? 10 : asks / 100)
          const most = budget.costUsd ?? 0
          const used = isOverspent ? most + uses / 100 : Math.min(uses / 100, most)
          const usage = { costUsd: used, updatedAt: 1 }
          const id = await member(world, { budget, usage, parentSessionId: root })
          await world.change((tx) => takeBudget(tx, budget))
          all.push(id)
          if (!ends) continue
          await world.change((tx) => endSession(tx, id, { cause: 'reported' }))
          if (afterwards === 'is started again') spentBefore += await startAgain(world, id)
          else if (afterwards !== undefined)
            await world.change((tx) => updateSession(tx, id, { status: 'working' }))
          if (afterwards === 'ends twice')
            await world.change((tx) => updateSession(tx, id, { status: 'stopped' }))
        }
        const budgets = await Promise.all(
          all.map(async (id) => (await world.get('sessions', id)).budget?.costUsd ?? 0),
        )
        expect(budgets.reduce((sum, one) => sum + one, spentBefore)).toBeCloseTo(10, 5)
      }),
      { numRuns: scaled(30) },
    )
  })

  it('comes back also of what somebody else has set anew, unless it has none any more', async () => {
    const world = await start()
    const budget = { costUsd: 3, minutes: 400_000 }
    const root = await member(world, { budget })
    const helperOf = (fields: Partial<Session>) =>
      member(world, { budget: { costUsd: 2, takenFrom: root }, parentSessionId: root, ...fields })
    const raised = await helperOf({ usage: { costUsd: 1.5, updatedAt: 1 } })
    const freed = await helperOf({})
    await world.change((tx) => updateSession(tx, raised, { budget: { costUsd: 5 } }))
    await world.change((tx) => updateSession(tx, freed, { budget: null }))
    expect((await world.get('sessions', raised)).budget).toEqual({ costUsd: 5, takenFrom: root })
    for (const id of [raised, freed]) await world.change((tx) => endSession(tx, id, { cause: 'reported' }))
    expect((await world.get('sessions', root)).budget?.costUsd).toBeCloseTo(6.5)
    await world.change((tx) => updateSession(tx, raised, { budget: { costUsd: 4 } }))
    await world.change((tx) => updateSession(tx, raised, { status: 'working' }))
    expect((await world.get('sessions', raised)).budget).toEqual({ costUsd: 4, takenFrom: root })
  })

  it('pays for what one of it has cost beyond its own, once, and not for the minutes in which that waited', async () => {
    const world = await start()
    const root = await member(world, { budget: { costUsd: 5, minutes: 400_000 } })
    const budgetOf = async (id: string) => (await world.get('sessions', id)).budget
    const child = await member(world, {
      ...{ parentSessionId: root, budget: { costUsd: 2, minutes: 1, takenFrom: root } },
      // It has waited since 1970.
      ...{ startedAt: 1, usage: { costUsd: 3, updatedAt: 1 } },
    })
    for (const status of ['completed', 'working', 'stopped'] as const)
      await world.change((tx) => updateSession(tx, child, { status }))
    expect(await budgetOf(root)).toEqual({ costUsd: 4, minutes: 400_000 })
    expect(await budgetOf(child)).toMatchObject({ costUsd: 3, returned: { costUsd: -1, minutes: 0 } })
    const again = await world.change((tx) => renewedBudget(tx, findSession(tx, child), tx.now, true).budget)
    expect(again).toEqual({ costUsd: 2, minutes: 1 })
    const costly = { budget: { costUsd: 1, takenFrom: root }, usage: { costUsd: 9, updatedAt: 1 } }
    const other = await member(world, { parentSessionId: root, ...costly })
    await world.change((tx) => endSession(tx, other, { cause: 'stopped' }))
    expect(await budgetOf(root)).toEqual({ costUsd: 0, minutes: 400_000 })
  })

  it('comes back to who lives, and is refused when nothing is left', async () => {
    const world = await start()
    // The clock is that of all tests: what is taken is looked at a moment after it was granted.
    const now = clock()
    const root = await member(world, { startedAt: now, budget: { minutes: 30, costUsd: 4 } })
    const { granted } = await grant(world, asSession(root), { budget: { costUsd: 4, minutes: 90 } }, { now })
    expect(granted.budget).toEqual({ costUsd: 4, minutes: 30, takenFrom: root })
    await world.change((tx) => takeBudget(tx, granted.budget))
    await expect(grant(world, asSession(root), {})).rejects.toMatchObject({ code: 'INVALID_STATE' })
    const late = world.change((tx) => takeBudget(tx, granted.budget))
    await expect(late).rejects.toMatchObject({ code: 'INVALID_STATE' })
    const middle = await member(world, { startedAt: now, budget: granted.budget, parentSessionId: root })
    const below = await grant(world, asSession(middle), { budget: { costUsd: 3, minutes: 1 } }, { now })
    await world.change((tx) => takeBudget(tx, below.granted.budget))
    const usage = { costUsd: 1, updatedAt: 1 }
    const last = await member(world, { budget: below.granted.budget, usage, parentSessionId: middle })
    await world.change((tx) => endSession(tx, middle, { cause: 'stopped' }))
    await world.change((tx) => endSession(tx, last, { cause: 'stopped' }))
    expect((await world.get('sessions', root)).budget?.costUsd).toBeCloseTo(3)
    expect((await world.get('sessions', last)).budget?.costUsd).toBeCloseTo(1)
  })
})
