// Somebody updates the server, or goes back to the version before: no data is lost, and none is taken for damaged.
import {
  cpSync,
  existsSync,
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
import { createProject } from '../../storage/rules/projects'
import type { Workspace } from '../../storage/workspace'
import { type Answers, expectAnswers } from './answers'
import { afterCrash, filesIn, newestSegment, openIn, temporaryDirectory } from './directory'
import { fillWorkspace } from './sample-data'

const fixture = join(import.meta.dirname, 'format-1')

/** A directory that version 0.1.0 was using when it was killed. */
const ofVersion010 = () => {
  const directory = temporaryDirectory()
  cpSync(join(fixture, 'data'), directory, { recursive: true })
  return directory
}

const answers: Answers = parseTrusted(readFileSync(join(fixture, 'answers.json'), 'utf8'))

const expectAnswersOf010 = (workspace: Workspace) => expectAnswers(workspace, answers)

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

  it.each<[string, (directory: string) => void]>([
    ['the old journal was closed', closeJournal],
    [
      'half of the journal had got its new place',
      (directory) => {
        closeJournal(directory)
        mkdirSync(join(directory, '.wal'))
        moveSegments(directory, 1)
      },
    ],
    [
      'the number was being written',
      (directory) => {
        closeJournal(directory)
        mkdirSync(join(directory, '.wal'))
        moveSegments(directory, 2)
        writeFileSync(join(directory, '.format.new'), '{"for')
      },
    ],
  ])('has all of it, and is closed to 0.1.0, when the power failed after %s', async (_, interrupt) => {
    const directory = ofVersion010()
    splitSegment(directory)
    interrupt(directory)
    expectClosedTo010(directory)
    const { workspace } = await openIn(directory)
    await expectAnswersOf010(workspace)
    expectClosedTo010(directory)
  })

  it('is no longer one that version 0.1.0 opens, nor is a new one, and it says where one reads on', async () => {
    for (const directory of [ofVersion010(), temporaryDirectory()]) {
      const { workspace } = await openIn(directory)
      await workspace.close()
      expectClosedTo010(directory)
      const path = ['.journal', join('.journal', barrier, 'README')]
        .map((name) => join(directory, name))
        .findLast(existsSync)
      expect(readFileSync(path ?? '', 'utf8')).toContain('docs/deploy.md says how to go back')
    }
  })

  it('is refused, and left alone, where version 0.1.0 has begun a second journal meanwhile', async () => {
    const directory = ofVersion010()
    renameSync(join(directory, '.journal'), join(directory, '.wal'))
    mkdirSync(join(directory, '.journal'))
    const before = contents(directory)
    expect(() => filesIn(directory)).toThrow(/has two journals: .*\.journal was written by version 0\.1\.0/)
    expect(contents(directory)).toEqual(before)
  })
})

const barrier = '999999999999-999999999999.log'

const closeJournal = (directory: string) => mkdirSync(join(directory, '.journal', barrier))

/** Makes two segments of the one that the fixture has, as one that was closed at its size leaves them. */
const splitSegment = (directory: string) => {
  const journal = join(directory, '.journal')
  const [name = ''] = readdirSync(journal)
  const lines = readFileSync(join(journal, name), 'utf8').split(/(?<=\n)/)
  const half = Math.floor(lines.length / 2)
  const [, , batch, event] = lines[half - 1]?.split(' ') ?? []
  const next = [batch, event].map((number) => String(number).padStart(12, '0')).join('-')
  writeFileSync(join(journal, name), lines.slice(0, half).join(''))
  writeFileSync(join(journal, `${next}.log`), lines.slice(half).join(''))
}

const moveSegments = (directory: string, count: number) => {
  for (const name of readdirSync(join(directory, '.journal')).sort().slice(0, count))
    renameSync(join(directory, '.journal', name), join(directory, '.wal', name))
}

/** Version 0.1.0 makes the folder of its journal and reads its newest file, before it writes anything. */
const expectClosedTo010 = (directory: string) =>
  expect(() => {
    const journal = join(directory, '.journal')
    mkdirSync(journal, { recursive: true })
    readFileSync(join(journal, readdirSync(journal).sort().at(-1) ?? ''))
  }).toThrow(/EEXIST|EISDIR/)

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
