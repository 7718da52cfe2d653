// A start looks at each of a hundred thousand entries, or takes an edited file for the one that it wrote.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { createProject } from '../../storage/rules/projects'
import { addSessionEvent, createSession, updateSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { afterCrash, type Durability, filesIn, openIn, temporaryDirectory } from './directory'
import { everything } from './open'
import { machine } from './sample-data'

const message = (n: number) => `${n} "quoted": [{ }],\n    },\n  ]\u2028${'pages '.repeat(12)}`
const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    type: 'progress' as const,
    message: message(from + n),
    metadata: { 10: [], nested: { list: [{ deep: [{}] }], text: '\\"' } },
  }))

const withLongSession = async (durability: Durability = 'process') => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory, durability)
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id: 'long' }, machine))
  for (let n = 0; n < 3; n++)
    await workspace.change((tx) => updateSession(tx, 'long', { timeline: entries(1000 * n, 1000) }))
  await workspace.flush()
  return { directory, workspace }
}
const append = (workspace: Workspace, data: string) =>
  workspace.change((tx) => addSessionEvent(tx, 'long', { type: 'x', data }))
const entryIn = (text = ''): { id: string; message: string } => parseTrusted(text)
const fileIn = (directory: string) => join(directory, 'sessions', 'long.json')
const etagOf = (workspace: Workspace) =>
  workspace.read((documents) => documents.get('sessions', 'long')?.etag)

/** Whether a start takes the file for what was written, and checks nothing of its entries. */
const isTaken = (directory: string) => {
  const driver = filesIn(afterCrash(directory))
  const parts = driver.parts?.('sessions:long')
  void driver.dispose?.()
  return parts !== undefined
}

describe.each<Durability>(['process', 'strict'])('a long session that nobody edited (%s)', (durability) => {
  it('is the same after a start, to its tag, its newest entries and its ids', async () => {
    const { directory, workspace } = await withLongSession(durability)
    const expected = await everything(workspace)
    const etag = await etagOf(workspace)
    await workspace.close()
    expect(isTaken(directory)).toBe(true)
    const again = await openIn(directory, durability)
    const [first, last] = await again.workspace.read((documents) => {
      const items = documents.get('sessions', 'long')?.items('timeline')
      return [items?.texts(0, 1)[0], items?.texts(2999)[0]]
    })
    expect([first, last].map((text) => entryIn(text).message)).toEqual([message(0), message(2999)])
    const { id } = entryIn(last)
    await again.workspace.change((tx) => {
      expect([
        tx.hasItem('sessions', 'long', 'timeline', id),
        tx.hasItem('sessions', 'long', 'timeline', 'x'),
      ]).toEqual([true, false])
    })
    expect(await etagOf(again.workspace)).toBe(etag)
    expect(await everything(again.workspace)).toEqual(expected)
    expect(again.logged).toEqual([])
  })

  it('has what was appended after its file was written, once', async () => {
    const { directory, workspace } = await withLongSession(durability)
    await append(workspace, 'one')
    await workspace.change((tx) => updateSession(tx, 'long', { timeline: entries(3000, 1) }))
    await append(workspace, 'three')
    const expected = await everything(workspace)
    const etag = await etagOf(workspace)
    const crashed = afterCrash(directory)
    const first = await openIn(crashed, durability)
    expect(await etagOf(first.workspace)).toBe(etag)
    expect(await everything(first.workspace)).toEqual(expected)
    await append(first.workspace, 'four')
    const later = await everything(first.workspace)
    await first.workspace.close()
    expect(readFileSync(fileIn(crashed), 'utf8')).toBe(`${JSON.stringify(later['sessions:long'], null, 2)}\n`)
    const second = await openIn(crashed, durability)
    expect(await everything(second.workspace)).toEqual(later)
    expect([...first.logged, ...second.logged]).toEqual([])
  })
})

describe('a long session that was edited while the server was down', () => {
  const edited = async (edit: (text: string) => string) => {
    const { directory, workspace } = await withLongSession()
    await workspace.close()
    const text = readFileSync(fileIn(directory), 'utf8')
    const changed = edit(text)
    expect(changed).not.toBe(text)
    writeFileSync(fileIn(directory), changed)
    return { directory, ...(await openIn(directory)) }
  }

  it('is what it was made, also where it is as long as before', async () => {
    const { workspace, logged } = await edited((text) => text.replace('"1500 ', '"9999 '))
    const texts = await workspace.read((documents) =>
      documents.get('sessions', 'long')?.items('timeline').texts(1500, 1501),
    )
    expect(entryIn(texts?.[0]).message).toBe(message(9999))
    expect(logged).toEqual([])
  })

  it.each([
    ['an entry that is no entry', (text: string) => text.replace('"type": "progress"', '"type": "nonsense"')],
    ['an entry that is a number', (text: string) => text.replace('"timeline": [', '"timeline": [7,')],
    ['a text that is no JSON', (text: string) => text.slice(0, -20)],
  ])('is set aside alone where it has %s', async (_, edit) => {
    const { directory, workspace, logged } = await edited(edit)
    expect(Object.keys(await everything(workspace))).toEqual([expect.stringMatching(/^projects:/)])
    expect(readdirSync(join(directory, 'sessions'))).toEqual([
      expect.stringMatching(/^long\.json\.corrupt-\d+$/),
    ])
    expect(logged).toEqual([expect.objectContaining({ message: expect.stringContaining('was set aside') })])
  })
})

it.each([
  ['none', undefined],
  ['no JSON', 'x'],
  ['one of a later format', '{"format":99}'],
  ['one of another document', '{"format":2,"version":3,"size":1,"checksum":1,"lists":{}}'],
])('a long session is read where its seal is %s', async (_, seal) => {
  const { directory, workspace } = await withLongSession()
  const expected = await everything(workspace)
  await workspace.close()
  const folder = join(directory, '.seals')
  const moved = readdirSync(folder)
  expect(moved).toEqual(['sessions.long.json'])
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sessions.long.json'), seal ?? '')
  expect(isTaken(directory)).toBe(false)
  const again = await openIn(directory)
  expect(await everything(again.workspace)).toEqual(expected)
  expect(again.logged).toEqual([])
})
