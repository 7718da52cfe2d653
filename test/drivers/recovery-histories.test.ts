/** What a developer has of a long history after the server was killed: the whole, or the word that it is lost. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addSessionEvent } from '../../storage/rules/sessions'
import { afterCrash, filledDirectory, newestSegment, openIn, segmentsOf } from './directory'
import { overwrite } from './overwrite'
import { session } from './sample-data'

describe('a history of many entries', () => {
  const grown = async () => {
    const started = await filledDirectory()
    const { workspace, sessionId } = started
    const add = (count: number) =>
      workspace.change((tx) => {
        for (let n = 0; n < count; n++)
          addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(100) })
      })
    await add(100)
    await workspace.flush()
    return { ...started, add }
  }

  it('that is replaced by another of the same length does not come back', async () => {
    const { directory, workspace, sessionId, add } = await grown()
    await add(1)
    await workspace.change((tx) => overwrite(tx, sessionId, ['changed']))
    await add(1)
    const again = await openIn(afterCrash(directory))
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
  })

  it('is whole where its file was emptied, though all but its end was written long ago', async () => {
    const { directory, sessionId } = await grown()
    const old = afterCrash(directory)
    rmSync(join(old, '.wal'), { recursive: true })
    const { workspace } = await openIn(old)
    for (let n = 0; n < 3; n++) {
      await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'late', data: n }))
      await workspace.flush()
    }
    for (const isFlushed of [true, false]) {
      if (!isFlushed)
        await workspace.change((tx) => addSessionEvent(tx, sessionId, { type: 'last', data: 'x' }))
      const crashed = afterCrash(old)
      writeFileSync(join(crashed, 'sessions', `${sessionId}.json`), '')
      const again = await openIn(crashed)
      expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
      expect(again.workspace.status()).toMatchObject({ quarantined: [], problems: [] })
      expect(again.logged).toHaveLength(1)
    }
  })

  it('whose file is older than what the journal goes on from is whole', async () => {
    const { directory, workspace, sessionId, add } = await grown()
    const path = join('sessions', `${sessionId}.json`)
    const older = readFileSync(join(directory, path), 'utf8')
    await add(5)
    await workspace.flush()
    await add(1)
    const crashed = afterCrash(directory)
    writeFileSync(join(crashed, path), older)
    const again = await openIn(crashed)
    expect(await session(again.workspace, sessionId)).toEqual(await session(workspace, sessionId))
  })

  it.each([
    ['emptied', () => ''],
    ['replaced by one with other entries', (text: string) => text.replaceAll('"turn"', '"torn"')],
  ])('of which the journal has only the end, and whose file was %s, is told as lost', async (_, change) => {
    const { directory, workspace, sessionId, add } = await grown()
    await workspace.flush()
    await add(3)
    const crashed = afterCrash(directory)
    // The journal as it would be without the line that has the whole.
    const lines = readFileSync(newestSegment(crashed), 'utf8').split('\n')
    for (const name of segmentsOf(crashed).slice(0, -1)) rmSync(join(crashed, '.wal', name))
    const rest = lines.filter((line) => !line.includes(`"sessions:${sessionId}":{"id"`))
    expect(rest.length).toBeLessThan(lines.length)
    writeFileSync(newestSegment(crashed), rest.join('\n'))
    const path = join(crashed, 'sessions', `${sessionId}.json`)
    writeFileSync(path, change(readFileSync(path, 'utf8')))

    const { workspace: again, logged } = await openIn(crashed)
    expect((await session(again, sessionId)).events.length).toBeGreaterThanOrEqual(3)
    expect(logged.at(-1)).toMatchObject({
      details: { file: path, reason: expect.stringContaining('of the 100 entries of "events"') },
      message: expect.stringContaining('could not be restored'),
    })
    expect(again.status().problems).toMatchObject([
      { file: `sessions/${sessionId}.json`, reason: expect.stringContaining('lost') },
    ])
  })
})
