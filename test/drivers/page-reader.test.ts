// Somebody's own program reads what the server wrote, as the page on storage says it: it finds what the server has.
import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storedKinds } from '../../storage/kinds'
import { keepAnswer } from '../../storage/rules/answers'
import { addSessionEvent, deleteSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { afterCrash, newestSegment, openIn, temporaryDirectory } from './directory'
import { readDirectory } from './page-reader'
import { fillWorkspace } from './sample-data'

const served = (workspace: Workspace) =>
  workspace.read((documents) =>
    Object.fromEntries(
      storedKinds.flatMap((kind) => documents.list(kind).map((entry) => [entry.key, entry.read()])),
    ),
  )

const read = (directory: string) => Object.fromEntries(readDirectory(directory))

describe('a directory that is read from the page alone', () => {
  it('holds what the server serves: in its files, in its journal, and where its last line is torn', async () => {
    const directory = temporaryDirectory()
    const { workspace } = await openIn(directory)
    const { sessionId } = await fillWorkspace(workspace)
    const event = { type: 'tool_call', data: { text: 'long enough '.repeat(40) } }
    for (let n = 0; n < 20; n++) await workspace.change((tx) => addSessionEvent(tx, sessionId, event))
    await workspace.flush()
    expect(read(afterCrash(directory))).toEqual(await served(workspace))

    const answer = { id: 'a', content: 'c', status: 201, headers: {}, json: '{}' }
    await workspace.change((tx) => keepAnswer(tx, answer))
    for (let n = 0; n < 3; n++) await workspace.change((tx) => addSessionEvent(tx, sessionId, event))
    const crashed = afterCrash(directory)
    expect(readFileSync(newestSegment(crashed), 'utf8')).toContain('"grow"')
    appendFileSync(newestSegment(crashed), '0badc0de B 9999 9999 {"remove":["sess')
    expect(read(crashed)).toEqual(await served(workspace))

    await workspace.change((tx) => deleteSession(tx, sessionId))
    expect(read(afterCrash(directory))).toEqual(await served(workspace))
    await workspace.close()
    expect(read(directory)).toEqual(await served(workspace))
  })

  it('of version 0.1.0 holds what the server makes of it', async () => {
    const directory = temporaryDirectory()
    cpSync(join(import.meta.dirname, 'format-1/data'), directory, { recursive: true })
    const found = read(directory)
    const { workspace } = await openIn(directory)
    expect(found).toEqual(await served(workspace))
  })
})
