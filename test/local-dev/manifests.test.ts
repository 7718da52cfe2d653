/** A runner may read a manifest at any time, and an agent starts from it: it is whole, of whatever length. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fileManifests } from '../../local-dev/manifests/manifests'
import { openSpawnNotes } from '../../local-dev/manifests/spawn-notes'
import { SessionManifest } from '../../schemas/manifest'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maestro-manifests-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const manifestOf = (characters: number) =>
  SessionManifest.parse({
    manifestVersion: '1.0',
    role: 'worker',
    session: { model: 'sonnet' },
    systemPrompt: 'ä'.repeat(characters),
  })

it.each([
  ['short', 10, false],
  ['long', 500_000, false],
  ['short, strict', 10, true],
  ['long, strict', 500_000, true],
])(
  'one that is %s is there when it is written, and again when it is written once more',
  async (_, characters, strict) => {
    const directory = join(root, 'deep', 'sessions')
    const manifests = fileManifests({
      directory,
      strict,
      notes: openSpawnNotes(join(root, 'notes'), directory),
    })
    const path = manifests.location('sess_a')
    for (const manifest of [manifestOf(characters), manifestOf(characters + 1)]) {
      await manifests.write('sess_a', manifest)
      expect(readFileSync(path, 'utf8') === `${JSON.stringify(manifest, null, 2)}\n`).toBe(true)
      expect(readdirSync(dirname(path))).toEqual(['manifest.json'])
      expect(await manifests.read('sess_a')).toBe(readFileSync(path, 'utf8'))
    }
  },
)
