/** A change of thousands of documents leaves others their turn, and is all or nothing like any other. */
import { createStorage } from 'unstorage'
import { describe, expect, it } from 'vitest'
import { apiError } from '../../schemas/errors'
import { countByKind } from '../../storage/documents'
import { memoryDriver } from '../../storage/drivers/memory'
import { aTurn, othersTurn, type Steps } from '../../storage/others-turn'
import { createProject } from '../../storage/rules/projects'
import { createSequentialCommit } from '../../storage/sequential-commit'
import type { Transaction } from '../../storage/transaction'
import { controlledDriver } from '../drivers/controlled'
import { open } from '../drivers/open'

const many = 3000
const createMany = (tx: Transaction) => {
  for (let n = 0; n < many; n++) createProject(tx, { name: `${n}` }, '/')
  return many
}
function* createManyInSteps(tx: Transaction): Steps<number> {
  for (let n = 0; n < many; n++) {
    createProject(tx, { name: `${n}` }, '/')
    yield
  }
  return many
}
const createOne = (tx: Transaction) => createProject(tx, { name: 'one' }, '/').id

describe('a rule that yields', () => {
  it('leaves others their turn, who see nothing of it, and change nothing before it is whole', async () => {
    const { workspace } = await open(memoryDriver())
    const order: string[] = []
    const large = workspace.change(createManyInSteps).then(() => order.push('large'))
    const counts: number[] = []
    for (let n = 0; n < 3; n++) {
      await othersTurn()
      counts.push(await workspace.read((documents) => documents.count('projects')))
    }
    const seen = workspace.change((tx) => tx.count('projects')).then((count) => order.push(`${count}`))
    await Promise.all([large, seen])
    expect(counts).toEqual([0, 0, 0])
    expect(order).toEqual(['large', `${many}`])
  })

  it('has done nothing when it refuses late', async () => {
    const { workspace, published } = await open(memoryDriver())
    const refused = workspace.change(function* (tx) {
      yield* createManyInSteps(tx)
      throw new Error('too late')
    })
    await expect(refused).rejects.toThrow('too late')
    expect((await workspace.read(countByKind)).projects).toBe(0)
    expect(published).toEqual([])
    await workspace.change(createOne)
  })

  it.each<[string, (tx: Transaction) => Steps<unknown>]>([
    ['of thousands of documents', createManyInSteps],
    [
      'that is small, and has left others their turn',
      function* (tx) {
        yield aTurn
        createOne(tx)
      },
    ],
    [
      'that took many steps for one document',
      function* (tx) {
        for (let n = 0; n < many; n++) yield
        createOne(tx)
      },
    ],
  ])('is refused where it cannot be stored, however soon that is known: one %s', async (_, rule) => {
    let isFull = false
    const driver = memoryDriver()
    const commit = createSequentialCommit(createStorage({ driver }))
    const full = () => Promise.reject(apiError('PAYLOAD_TOO_LARGE', 'It is full'))
    const opened = await open({ ...driver, commit: (batch) => (isFull ? full() : commit(batch)) })
    const { workspace, published } = opened
    await workspace.change(createOne)
    const told = published.length
    isFull = true
    await expect(workspace.change(rule)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    expect((await workspace.read(countByKind)).projects).toBe(1)
    expect(published.length).toBe(told)
    isFull = false
    await workspace.change(rule)
    expect((await workspace.read(countByKind)).projects).toBeGreaterThan(1)
  })

  it('is stored whole when it stages no more than a small change', async () => {
    const { workspace } = await open(memoryDriver())
    const few = workspace.change(function* (tx) {
      for (let n = 0; n < many; n++) yield
      return createOne(tx)
    })
    const other = workspace.change(createOne)
    expect(await few).not.toBe(await other)
    expect((await workspace.read(countByKind)).projects).toBe(2)
  })
})

describe('a large change', () => {
  it('leaves others their turn, who see nothing of it until it is whole', async () => {
    const { workspace } = await open(memoryDriver())
    const seen = new Set<number>()
    const look = async () => seen.add(await workspace.read((documents) => documents.count('projects')))
    const watching = setInterval(() => void look())
    await workspace.change(createMany)
    clearInterval(watching)
    await look()
    expect([...seen]).toEqual([0, many])
  })

  it('is before what was asked for after it, events included', async () => {
    const { workspace, published } = await open(memoryDriver())
    const changes = [
      workspace.change(createOne),
      workspace.change(createMany),
      workspace.change((tx) => tx.count('projects')),
      workspace.change(createMany),
      workspace.change(createOne),
    ]
    expect((await Promise.all(changes))[2]).toBe(1 + many)
    expect(published).toHaveLength(2 + 2 * many)
    expect(published.map(({ number }) => number)).toEqual(published.map((_, at) => at + 1))
    expect(published.filter(({ data }) => data.includes('"name":"one"')).map(({ number }) => number)).toEqual(
      [1, published.length],
    )
  })

  it('is told of in turns, in order, and before what comes after it', async () => {
    const { workspace } = await open(memoryDriver())
    const told: number[] = []
    workspace.subscribe(({ number }) => told.push(number))
    const lengths = new Set<number>()
    const watching = setInterval(() => lengths.add(told.length))
    await Promise.all([
      workspace.change(createMany),
      workspace.change(createOne),
      workspace.change(createMany),
    ])
    clearInterval(watching)
    expect(told).toEqual(Array.from({ length: 2 * many + 1 }, (_, n) => n + 1))
    expect([...lengths].filter((length) => length > 0 && length < many).length).toBeGreaterThan(1)
    expect(workspace.lastEvent()).toBe(told.length)
  })

  it('that builds on one which cannot be stored is undone with it', async () => {
    const { driver, fail, succeed } = controlledDriver()
    const { workspace, published } = await open(driver)
    const first = expect(workspace.change(createOne)).rejects.toThrow('could not be stored')
    const large = expect(workspace.change(createMany)).rejects.toThrow('could not be stored')
    await fail()
    await Promise.all([first, large])
    expect((await workspace.read(countByKind)).projects).toBe(0)
    const again = workspace.change(createOne)
    await new Promise((resolve) => setTimeout(resolve))
    await succeed()
    await again
    expect(published.map(({ number }) => number)).toEqual([1])
  })

  it('is stored before the workspace is closed', async () => {
    const driver = memoryDriver()
    const { workspace } = await open(driver)
    const [first, second] = [workspace.change(createMany), workspace.change(createMany)]
    await workspace.close()
    expect((await driver.getKeys('', {})).length).toBe(2 * many)
    expect(await Promise.all([first, second])).toEqual([many, many])
  })
})
