/** A rule that yields does nothing when it is called and nobody goes through its steps: a change would be lost without a word. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const textsIn = (folder: string): [path: string, text: string][] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [join(folder, name), readFileSync(join(root, folder, name), 'utf8')])

const rules = textsIn('storage/rules').flatMap(([, text]) =>
  [...text.matchAll(/^(?:export )?function\* (\w+)/gm)].map(([, name = '']) => name),
)

/** Calls whose steps are neither gone through nor passed on: what stands before them ends a statement, or begins a block. */
const lostCalls = (text: string): string[] => {
  const found: string[] = []
  for (const rule of rules) {
    const [, alias = rule] = new RegExp(`\\b${rule} as (\\w+)`).exec(text) ?? []
    for (const { index } of text.matchAll(new RegExp(`(?<![\\w.*])${alias}\\((?:counted\\()?tx\\b`, 'g')))
      if (!/(?:yield\*|function\*|=>|return|[(,=?:])$/.test(text.slice(0, index).trimEnd())) found.push(alias)
  }
  return found
}

it('no rule that yields is called without its steps being gone through', () => {
  expect(rules.length).toBeGreaterThan(10)
  const lost = ['functions', 'storage', 'local-dev', 'test'].flatMap((folder) =>
    textsIn(folder)
      .filter(([path]) => path !== 'test/rules/steps.test.ts')
      .flatMap(([path, text]) => lostCalls(text).map((call) => `${path}: ${call}`)),
  )
  expect(lost).toEqual([])
})

it('such a call is found', () => {
  expect(lostCalls('change((tx) => {\n  deleteTask(tx, id)\n})')).toEqual(['deleteTask'])
  expect(lostCalls("import { updateTask as set } from ''\nif (a) set(tx, id)")).toEqual(['set'])
  expect(lostCalls('change((tx) =>\n  deleteTask(tx, id))')).toEqual([])
})
