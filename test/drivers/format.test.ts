// Somebody updates the server, or goes back to the version before: no data is lost, and none is taken for damaged.
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { byEntityKind } from '../../storage/kinds'
import { createProject } from '../../storage/rules/projects'
import type { Workspace } from '../../storage/workspace'
import { afterCrash, filesIn, newestSegment, openIn, temporaryDirectory } from './directory'
import { fillWorkspace } from './sample-data'

const fixture = join(import.meta.dirname, 'format-1')

/** A directory that version 0.1.0 was using when it was killed. */
const ofVersion010 = () => {
  const directory = temporaryDirectory()
  cpSync(join(fixture, 'data'), directory, { recursive: true })
  return directory
}

const answers: Record<string, unknown> = parseTrusted(readFileSync(join(fixture, 'answers.json'), 'utf8'))

const expectAnswersOf010 = async (workspace: Workspace) => {
  const found = await workspace.read((documents) =>
    byEntityKind<Record<'projects' | 'tasks' | 'sessions' | 'queues' | 'templates', unknown>>((kind) =>
      documents.list(kind).map((entry) => entry.read()),
    ),
  )
  for (const kind of ['projects', 'tasks', 'sessions', 'templates'] as const)
    expect(found[kind]).toEqual(answers[`/api/${kind}`])
  const queues = Object.entries(answers).filter(([path]) => path.endsWith('/queue'))
  expect(found.queues).toEqual(queues.map(([, answer]) => expect.objectContaining(Object(answer).queue)))
  expect(workspace.status()).toMatchObject({ quarantined: [], problems: [] })
  const events = await workspace.eventsSince(0)
  expect(events?.map(({ number }) => number)).toEqual(
    Array.from({ length: workspace.lastEvent() }, (_, index) => index + 1),
  )
  expect(events?.length).toBeGreaterThan(90)
}

/** All files and folders, with what is in them. */
const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
      const path = join(directory, name)
      return [name, lstatSync(path).isFile() ? readFileSync(path, 'latin1') : 'folder']
    }),
  )

describe('a directory of version 0.1.0', () => {
  it('has everything that was acknowledged, and goes on', async () => {
    const directory = ofVersion010()
    const { workspace, logged } = await openIn(directory)
    await expectAnswersOf010(workspace)
    await workspace.change((tx) => createProject(tx, { name: 'new' }, '/'))
    expect(logged).toEqual([])
    const projects = await workspace.read((documents) => documents.list('projects').map(({ json }) => json))
    const { workspace: again } = await openIn(afterCrash(directory))
    expect(await again.read((documents) => documents.list('projects').map(({ json }) => json))).toEqual(
      projects,
    )
  })

  it.each([
    ['the journal had got its new place', (directory: string) => moveJournal(directory)],
    [
      'the old place was taken, too',
      (directory: string) => {
        moveJournal(directory)
        writeFileSync(join(directory, '.journal'), '')
      },
    ],
    [
      'the number was being written',
      (directory: string) => {
        moveJournal(directory)
        writeFileSync(join(directory, '.journal'), '')
        writeFileSync(join(directory, '.format.new'), '{"for')
      },
    ],
  ])('has all of it, when the power failed after %s', async (_, interrupt) => {
    const directory = ofVersion010()
    interrupt(directory)
    const { workspace } = await openIn(directory)
    await expectAnswersOf010(workspace)
  })

  it('is no longer one that version 0.1.0 opens: it cannot make the folder of its journal', async () => {
    for (const directory of [ofVersion010(), temporaryDirectory()]) {
      const { workspace } = await openIn(directory)
      await workspace.close()
      expect(() => mkdirSync(join(directory, '.journal'), { recursive: true })).toThrow('EEXIST')
      expect(readFileSync(join(directory, '.journal'), 'utf8')).toContain(
        'docs/deploy.md says how to go back',
      )
    }
  })

  it('is refused, and left alone, where version 0.1.0 has begun a second journal meanwhile', async () => {
    const directory = ofVersion010()
    moveJournal(directory)
    mkdirSync(join(directory, '.journal'))
    const before = contents(directory)
    expect(() => filesIn(directory)).toThrow(/has two journals: .*\.journal was written by version 0\.1\.0/)
    expect(contents(directory)).toEqual(before)
  })
})

const moveJournal = (directory: string) => renameSync(join(directory, '.journal'), join(directory, '.wal'))

describe('what a later version has written', () => {
  const filled = async () => {
    const directory = temporaryDirectory()
    const { workspace } = await openIn(directory)
    await fillWorkspace(workspace)
    await workspace.flush()
    return afterCrash(directory)
  }

  /** A first line of a segment, as every format writes it. */
  const formatLine = (format: number) => {
    const text = `H ${format}`
    return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
  }

  it.each([
    [
      'the directory',
      (directory: string) => writeFileSync(join(directory, '.format'), '{"format":3,"more":1}'),
    ],
    [
      'a segment of the journal',
      (directory: string) =>
        writeFileSync(newestSegment(directory), `${formatLine(17)}what only it understands\n`),
    ],
  ])('is refused by its number, and left alone: %s', async (_, change) => {
    const directory = await filled()
    change(directory)
    const before = contents(directory)
    expect(() => filesIn(directory)).toThrow(
      /was written by a later Maestro Server \(format (3|17), this one knows 2\): start that version/,
    )
    expect(contents(directory)).toEqual(before)
  })

  it.each(['', '{"format":', '{"format":"2"}', '2', '{"format":0}'])(
    'may be it where the number cannot be read: %j',
    async (text) => {
      const directory = await filled()
      writeFileSync(join(directory, '.format'), text)
      expect(() => filesIn(directory)).toThrow(
        /\.format does not say the format of .*should be \{"format":2\}/,
      )
    },
  )

  it('is not what a directory is without any number, as a copy of its documents alone', async () => {
    const directory = await filled()
    for (const name of ['.format', '.journal', '.wal']) rmSync(join(directory, name), { recursive: true })
    const { workspace } = await openIn(directory)
    expect(await workspace.read((documents) => documents.count('tasks'))).toBeGreaterThan(0)
  })
})

it('a segment whose first line is damaged is read as far as it can be, and that is told', async () => {
  const directory = temporaryDirectory()
  const { workspace } = await openIn(directory)
  const { id } = await workspace.change((tx) => createProject(tx, { name: 'kept' }, '/'))
  const crashed = afterCrash(directory)
  const path = newestSegment(crashed)
  writeFileSync(path, readFileSync(path, 'latin1').replace('H 2', 'H 3'), 'latin1')
  const { workspace: again, logged } = await openIn(crashed)
  expect(await again.read((documents) => documents.get('projects', id)?.read().name)).toBe('kept')
  expect(logged).toEqual([expect.objectContaining({ message: expect.stringContaining('damaged') })])
})
