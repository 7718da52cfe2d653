// One path in a thousand is allowed that should not be.
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob, parseGlob } from '../../local-dev/permissions/glob'
import { scaled } from '../random'
import { contextOf, cwd, edit, modes } from './context'

describe('whatever is named', () => {
  const part = fc.constantFrom('..', '.', 'a', 'b', '.git', 'out', '.env', 'src', '')
  const path = fc
    .tuple(fc.constantFrom('', '/', '~/', `${cwd}/`), fc.array(part, { minLength: 1, maxLength: 6 }))
    .map(([start, parts]) => start + parts.join('/'))
  const pattern = fc.constantFrom('.env', 'src/**', '**/a', 'a/*', '/srv/**', '~/**', '**', 'out/**', './a')
  const links = { [`${cwd}/out`]: '/srv/out', [`${cwd}/src/out`]: cwd }
  const rules = fc.record({
    allow: fc.array(
      pattern.map((each) => `edit:${each}`),
      { maxLength: 2 },
    ),
    deny: fc.array(
      pattern.map((each) => `edit:${each}`),
      { maxLength: 1 },
    ),
    ask: fc.array(
      pattern.map((each) => `edit:${each}`),
      { maxLength: 1 },
    ),
  })
  const severity = { allow: 0, ask: 1, deny: 2 }

  it('an edit that the mode allows ends in the directory, and in no special place', () => {
    fc.assert(
      fc.property(path, (given) => {
        const context = contextOf({ mode: 'acceptEdits', links })
        if (edit(given, { mode: 'acceptEdits', links }) !== 'allow') return
        const opened = context.realPath(given.startsWith('/') ? join(given) : join(cwd, given))
        expect(given.startsWith('~')).toBe(false)
        expect(opened.startsWith(`${cwd}/`)).toBe(true)
        expect(opened).not.toContain('/.git')
      }),
      { numRuns: scaled(150) },
    )
  })

  it('a greater mode allows what a lesser one does, and rules only do what they say', () => {
    fc.assert(
      fc.property(path, rules, pattern, (given, choices, more) => {
        const decided = modes.map((mode) => severity[edit(given, { mode, links, ...choices })])
        for (const [index, each] of decided.entries())
          if (index > 0) expect(each).toBeLessThanOrEqual(decided[index - 1] ?? 2)
        const before = severity[edit(given, { links, ...choices })]
        expect(
          severity[edit(given, { links, ...choices, allow: [...choices.allow, `edit:${more}`] })],
        ).toBeLessThanOrEqual(before)
        expect(
          severity[edit(given, { links, ...choices, deny: [...choices.deny, `edit:${more}`] })],
        ).toBeGreaterThanOrEqual(before)
      }),
      { numRuns: scaled(60) },
    )
  })

  it('a pattern is matched as a regular expression would', () => {
    const piece = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?', '.')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 8 }),
        (pieces, text) => {
          const glob = pieces.join('')
          const source = glob
            .split(/(\*\*\/|\*+|\?)/)
            .map((each) =>
              each === '**/'
                ? '(?:.*/)?'
                : each === '*'
                  ? '[^/]*'
                  : /^\*/.test(each)
                    ? '.*'
                    : each === '?'
                      ? '[^/]'
                      : each.replace(/\./g, '\\.'),
            )
            .join('')
          expect(matchesGlob(parseGlob(glob), text)).toBe(new RegExp(`^${source}$`).test(text))
        },
      ),
      { numRuns: scaled(150) },
    )
  })
})
