/** What is skipped here must be said in one place, and be no more than that says. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { differences } from '../contract/differences'

it('every declared difference is about exactly one test of the contract', () => {
  const folder = join(import.meta.dirname, '../contract')
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  for (const { test, reason } of differences) {
    expect(text.split(`'${test}'`), test).toHaveLength(2)
    expect(reason).not.toBe('')
  }
})
