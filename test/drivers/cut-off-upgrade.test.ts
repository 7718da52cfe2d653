// The power fails, or somebody kills the server, while it opens what an earlier version has written.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { type Answers, expectAnswers } from './answers'
import { cutOff } from './cut-off'
import { afterCrash, type Durability, openIn, temporaryDirectory } from './directory'

vi.mock('node:fs', async (original) => (await import('./cut-off')).withCutOff(await original()))

const fixture = join(import.meta.dirname, 'format-1')
const answers: Answers = parseTrusted(readFileSync(join(fixture, 'answers.json'), 'utf8'))

/** Opens a directory, of whose changes only so many are made. False: that were not all. */
const opensWithin = async (directory: string, changes: number, durability: Durability): Promise<boolean> => {
  cutOff.after = changes
  try {
    await openIn(directory, durability)
    return cutOff.after >= 0
  } catch (error) {
    expect(String(error)).toContain('the process has ended')
    return false
  } finally {
    cutOff.after = Number.POSITIVE_INFINITY
  }
}

it.each(['process', 'strict'] as const)(
  'at whatever change of the disk an upgrade ends, the next start has everything (%s)',
  async (durability) => {
    for (let changes = 0; ; changes++) {
      const directory = temporaryDirectory()
      cpSync(join(fixture, 'data'), directory, { recursive: true })
      const isWhole = await opensWithin(directory, changes, durability)
      const { workspace } = await openIn(afterCrash(directory), durability)
      await expectAnswers(workspace, answers)
      if (!isWhole) continue
      // Fewer would not be an upgrade: the journal moves, its old place is closed, the number is written.
      expect(changes).toBeGreaterThan(5)
      return
    }
  },
)
