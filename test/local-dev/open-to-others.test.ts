/** Whoever has data of an earlier version learns that others can read it, and nobody else is told so. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openToOthers } from '../../local-dev/server/open-to-others'

it('a directory is open to others if they may list it, and get to it', () => {
  const root = mkdtempSync('/tmp/maestro-open-')
  onTestFinished(() => rmSync(root, { recursive: true }))
  chmodSync(root, 0o755)
  const [open, closed, hidden] = [join(root, 'open'), join(root, 'closed'), join(root, 'closed', 'inner')]
  mkdirSync(open)
  mkdirSync(hidden, { recursive: true })
  for (const path of [open, hidden]) chmodSync(path, 0o755)
  chmodSync(closed, 0o700)
  expect(openToOthers([open, closed, hidden, join(root, 'none')])).toEqual([open])
  chmodSync(open, 0o710)
  expect(openToOthers([open])).toEqual([])
})
