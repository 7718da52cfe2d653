/** What a developer has after the server was killed: the files as they should be, whatever state it left them in. */

import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { updateProject } from '../../storage/rules/projects'
import { addSessionEvent, deleteSession } from '../../storage/rules/sessions'
import { afterCrash, documentsIn, filledDirectory, newestSegment, openIn } from './directory'
import { everything } from './open'
import { session } from './sample-data'

/** A change and a deletion, of which the files know nothing: on a busy machine they may have been written already. */
const crashedBeforeWriting = async () => {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { directory, workspace, projectId, sessionId } = await filledDirectory()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    await workspace.change((tx) => deleteSession(tx, sessionId))
    const crashed = afterCrash(directory)
    const { [`projects/${projectId}.json`]: project, [`sessions/${sessionId}.json`]: gone } =
      documentsIn(crashed)
    if (gone && !JSON.stringify(project).includes('acknowledged')) return { directory, crashed, workspace }
  }
  throw new Error('the files were never behind the journal')
}

describe('files that are behind the journal, or ahead of it', () => {
  it('are completed when a crash came before they were written', async () => {
    const { directory, crashed, workspace } = await crashedBeforeWriting()
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    await again.workspace.flush()
    await workspace.flush()
    expect(documentsIn(crashed)).toEqual(documentsIn(directory))
  })

  it('are as they were when a crash came between writing them and the checkpoint', async () => {
    const { directory, workspace, sessionId } = await filledDirectory()
    for (let round = 0; round < 30; round++)
      await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(300) }))
    const before = statSync(newestSegment(directory)).size
    await workspace.flush()
    const crashed = afterCrash(directory)
    expect(statSync(newestSegment(crashed)).size).toBeGreaterThan(before)
    truncateSync(newestSegment(crashed), before)
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(await everything(workspace))
    await again.workspace.flush()
    expect(documentsIn(crashed)).toEqual(documentsIn(directory))
  })

  it('are restored where one is missing that the journal has whole', async () => {
    const { directory, workspace, projectId } = await filledDirectory()
    await workspace.change((tx) => updateProject(tx, projectId, { name: 'acknowledged' }))
    const crashed = afterCrash(directory)
    rmSync(join(crashed, 'projects'), { recursive: true })
    expect(await everything((await openIn(crashed)).workspace)).toEqual(await everything(workspace))
  })

  it('are set aside where one is corrupt, and the journal has the whole history', async () => {
    const { directory, workspace, sessionId } = await filledDirectory()
    const add = (data: string) =>
      workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'turn', data: data.repeat(300) }))
    for (const data of [...'abcdefghijklmnopqrst']) await add(data)
    await workspace.flush()
    await add('u')
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, 'sessions', `${sessionId}.json`), '{"id":')
    const again = await openIn(crashed)
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
    expect(again.workspace.status().quarantined).toMatchObject([
      { file: expect.stringContaining(`${sessionId}.json.corrupt-`) },
    ])
  })

  it('keep what was edited by hand while the server was down', async () => {
    const { directory, projectId, sessionId } = await filledDirectory()
    const crashed = afterCrash(directory)
    const path = join(crashed, 'projects', `${projectId}.json`)
    writeFileSync(path, JSON.stringify({ ...parseTrusted(readFileSync(path, 'utf8')), name: 'by hand' }))
    rmSync(join(crashed, 'sessions', `${sessionId}.json`))
    const again = await openIn(crashed)
    const found = await everything(again.workspace)
    expect(found[`projects:${projectId}`]).toMatchObject({ name: 'by hand' })
    expect(found).not.toHaveProperty(`sessions:${sessionId}`)
  })
})

describe('a machine that lost power', () => {
  it.each([
    ['empty', ''],
    ['full of zeros', '\0'.repeat(300)],
  ])('has what was in a file that it left %s', async (_, content) => {
    const { directory, workspace, projectId, sessionId } = await filledDirectory()
    const before = await everything(workspace)
    const crashed = afterCrash(directory)
    const paths = [`projects/${projectId}.json`, `sessions/${sessionId}.json`]
    for (const path of paths) writeFileSync(join(crashed, path), content)
    const again = await openIn(crashed)
    expect(await everything(again.workspace)).toEqual(before)
    await again.workspace.flush()
    for (const path of paths) expect(JSON.parse(readFileSync(join(crashed, path), 'utf8'))).toBeTruthy()
  })

  it('sets a file aside that is empty, and of which nothing is known', async () => {
    const { directory } = await filledDirectory()
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, 'projects', 'proj_unknown.json'), '')
    const { logged } = await openIn(crashed)
    expect(JSON.stringify(logged)).toContain('proj_unknown.json.corrupt-')
  })
})
