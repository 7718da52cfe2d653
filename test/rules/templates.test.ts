import { beforeEach, describe, expect, it } from 'vitest'
import type { Role, Template } from '../../schemas/template'
import { memoryDriver } from '../../storage/drivers/memory'
import { createIds } from '../../storage/ids'
import { readerOf } from '../../storage/rules/find'
import {
  builtInText,
  createTemplate,
  deleteTemplate,
  ensureDefaultTemplates,
  resetTemplate,
  templateForSpawn,
  templateOfRole,
  updateTemplate,
} from '../../storage/rules/templates'
import type { Transaction } from '../../storage/transaction'
import { openWorkspace, type Workspace } from '../../storage/workspace'

let now = 1_000
let workspace: Workspace
beforeEach(async () => {
  now = 1_000
  const logger = { warn: () => {}, error: () => {} }
  workspace = await openWorkspace({ driver: memoryDriver(), clock: () => now, newId: createIds(), logger })
  await workspace.change(ensureDefaultTemplates)
})

const change = <T>(rule: (tx: Transaction) => T) => workspace.change(rule)
const all = () => workspace.read((documents) => readerOf(documents).list('templates'))
const used = async (role: Role) =>
  (await workspace.read((documents) => templateOfRole(readerOf(documents), role)))?.name
const create = (name: string, role: Role = 'worker'): Promise<Template> =>
  change((tx) => createTemplate(tx, { name, role, content: `text of ${name}` }))
const defaultOf = async (role: Role): Promise<string> =>
  (await all()).find((template) => template.role === role && template.isDefault)?.id ?? 'none'

describe('the default templates', () => {
  it('are made for both roles, with the built-in texts', async () => {
    expect(await all()).toEqual([
      {
        id: expect.stringMatching(/^tmpl_/),
        name: 'Default Worker',
        role: 'worker',
        content: builtInText.worker,
        isDefault: true,
        createdAt: 1_000,
        updatedAt: 1_000,
      },
      expect.objectContaining({ name: 'Default Orchestrator', content: builtInText.orchestrator }),
    ])
    expect(builtInText.worker).not.toBe(builtInText.orchestrator)
  })

  it('are not made again, nor changed, by a second start', async () => {
    const id = await defaultOf('worker')
    await change((tx) => updateTemplate(tx, id, { name: 'Mine', content: 'my text' }))
    const before = await all()
    await change(ensureDefaultTemplates)
    expect(await all()).toEqual(before)
  })

  it('come back where one is missing, and only there', async () => {
    const [worker, orchestrator] = [await defaultOf('worker'), await defaultOf('orchestrator')]
    await create('custom')
    await change((tx) => deleteTemplate(tx, worker))
    await change(ensureDefaultTemplates)
    expect(await defaultOf('worker')).not.toBe('none')
    expect(await defaultOf('worker')).not.toBe(worker)
    expect(await defaultOf('orchestrator')).toBe(orchestrator)
  })
})

describe('the template that a role uses', () => {
  it('is the default one while there is no custom one of that role', async () => {
    await create('for orchestrators', 'orchestrator')
    expect(await used('worker')).toBe('Default Worker')
  })

  it('is a custom one even when the default was updated later', async () => {
    await create('custom')
    now++
    const id = await defaultOf('worker')
    await change((tx) => updateTemplate(tx, id, { content: 'newer' }))
    expect(await used('worker')).toBe('custom')
  })

  it.each([
    ['a millisecond apart', 1],
    ['within one millisecond', 0],
    ['while the clock goes backwards', -50],
  ])('is the custom one whose change came last: %s', async (_, step) => {
    const then = () => {
      now += step
    }
    const first = await create('first')
    then()
    const second = await create('second')
    expect(await used('worker')).toBe('second')
    then()
    await change((tx) => updateTemplate(tx, first.id, { content: 'changed' }))
    expect(await used('worker')).toBe('first')
    then()
    await change((tx) => resetTemplate(tx, second.id))
    expect(await used('worker')).toBe('second')
    then()
    await create('third')
    expect(await used('worker')).toBe('third')
    then()
    await change((tx) => updateTemplate(tx, first.id, {}))
    expect(await used('worker')).toBe('first')
  })

  it('falls back step by step as templates are deleted, to none at last', async () => {
    const [older, newer] = [await create('older'), await create('newer')]
    await change((tx) => deleteTemplate(tx, newer.id))
    expect(await used('worker')).toBe('older')
    await change((tx) => deleteTemplate(tx, older.id))
    expect(await used('worker')).toBe('Default Worker')
    const id = await defaultOf('worker')
    await change((tx) => deleteTemplate(tx, id))
    expect(await used('worker')).toBeUndefined()
    expect(await used('orchestrator')).toBe('Default Orchestrator')
  })
})

describe('a reset', () => {
  it('brings the text of the template’s own role back, and nothing else', async () => {
    const created = await create('custom', 'orchestrator')
    now = 2_000
    await change((tx) => resetTemplate(tx, created.id))
    expect((await all()).find(({ id }) => id === created.id)).toEqual({
      ...created,
      content: builtInText.orchestrator,
      updatedAt: 2_000,
    })
  })

  it('of a changed default one leaves it a default one', async () => {
    const id = await defaultOf('worker')
    await change((tx) => updateTemplate(tx, id, { name: 'Mine', content: 'my text' }))
    await change((tx) => resetTemplate(tx, id))
    expect((await all()).find((template) => template.id === id)).toMatchObject({
      name: 'Mine',
      content: builtInText.worker,
      isDefault: true,
    })
  })
})

describe('the template of a spawn', () => {
  const spawned = (role: Role, id?: string) =>
    workspace.read((documents) => templateForSpawn(readerOf(documents), role, id))

  it('is the one it names, though its role would use another', async () => {
    const named = await create('named')
    await create('newer')
    expect(await spawned('worker', named.id)).toEqual(named)
    expect(await spawned('worker')).toMatchObject({ name: 'newer' })
  })

  it('must exist, and be for its role', async () => {
    const { id } = await create('for workers')
    expect(() => spawned('worker', 'tmpl_none')).toThrow('Template not found')
    expect(() => spawned('orchestrator', id)).toThrow(/^templateId must name a template for the role/)
  })
})
