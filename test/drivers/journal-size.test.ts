/** However much is written at once, and however large a segment is, the next start must be able to read it. */

import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openJournal } from '../../storage/drivers/files/journal'
import { batchLine } from '../../storage/drivers/files/journal-lines'
import { createLineBuffer } from '../../storage/drivers/files/line-buffer'
import { readLines } from '../../storage/drivers/files/read-lines'
import { recoverJournal } from '../../storage/drivers/files/recovery'
import { temporaryDirectory } from './directory'

const batchOf = (n: number) => ({
  puts: [{ key: `projects:p${n}`, json: JSON.stringify({ id: `p${n}`, name: 'é'.repeat(400_000) }) }],
  removes: [],
  events: [],
})

describe('a burst of large changes', () => {
  it('is split into several writes and segments, none of them larger than a few changes', async () => {
    const directory = join(temporaryDirectory(), '.wal')
    const lease = { file: join(directory, '.lock'), text: '', id: 'lease' }
    const journal = openJournal({
      directory,
      strict: false,
      lock: { assertHeld: () => undefined, lease },
      blockedBy: () => undefined,
      segments: [],
      lastBatch: 0,
      lastEvent: 0,
      lastCheckpoint: 0,
      maxGroupLength: 1_000_000,
    })
    const numbers = await Promise.all(Array.from({ length: 24 }, (_, n) => journal.append(batchOf(n))))
    journal.close()
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size)
    expect(sizes.length).toBeGreaterThan(3)
    // A segment is closed at 4 MB; what is written at once comes on top.
    for (const size of sizes) expect(size).toBeLessThan(6 * 1024 * 1024)
    expect(recoverJournal(directory, () => undefined).changes.size).toBe(24)
  })
})

describe('a segment', () => {
  it.each([1, 2, 3, 7, 64, 100_000])('is read the same in pieces of %i bytes', (pieceBytes) => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'j'))
    const path = join(directory, 'j', 'segment')
    const lines = createLineBuffer()
    for (const name of ['a', 'é🎼', '\u2028', 'x'.repeat(500)])
      lines.add(
        batchLine(
          1,
          1,
          { puts: [{ key: 'projects:p', json: JSON.stringify({ name }) }], removes: [], events: [] },
          () => undefined,
        ),
      )
    for (const end of ['', 'torn', '\n', '\n\ntorn']) {
      writeFileSync(path, Buffer.concat([lines.bytes(), Buffer.from(end)]))
      expect([...readLines(path, pieceBytes)]).toEqual([...readLines(path)])
      expect([...readLines(path, pieceBytes)].slice(0, 4).map(({ text }) => text)).toEqual(
        Buffer.from(lines.bytes()).toString().split('\n').slice(0, 4),
      )
    }
  })
})
