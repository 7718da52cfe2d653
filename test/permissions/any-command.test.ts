// One line in a thousand is allowed that should not be.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../any-text'
import { scaled } from '../random'
import { modes, run } from './context'
import { listed } from './listed'

describe('whatever is written', () => {
  const simple = fc.constantFrom(
    'npm test',
    'ls src',
    'git push',
    'git status',
    'maestro whoami',
    'cat ../x',
    'cd src',
    'cd ..',
    'rm -rf .git',
    'curl x',
    'echo hi',
    'cat .env',
    'sudo ls',
    'ls *',
    'A=1 ls',
  )
  const operator = fc.constantFrom(' && ', ' || ', '; ', '\n', ' | ', ' & ')
  const compound = fc
    .array(fc.tuple(simple, operator), { minLength: 1, maxLength: 4 })
    .map((parts) =>
      parts.map(([command, join], index) => (index < parts.length - 1 ? command + join : command)).join(''),
    )
  const wrapped = fc
    .tuple(
      compound,
      fc.constantFrom<(line: string) => string>(
        (line) => line,
        (line) => `(${line})`,
        (line) => `{ ${line}; }`,
        (line) => `$(${line})`,
        (line) => `echo "$(${line})"`,
        (line) => `\`${line}\``,
        (line) => `bash -c '${line}'`,
        (line) => `eval ${line}`,
        (line) => `if true; then ${line}; fi`,
        (line) => `${line} > x`,
        (line) => `cat <<EOF\n${line}\nEOF`,
        (line) => `f() { ${line}; }; f`,
      ),
    )
    .map(([line, wrap]) => wrap(line))
  const rules = fc.record({
    mode: fc.constantFrom(...modes),
    role: fc.constantFrom('worker' as const, 'orchestrator' as const),
    allow: fc.subarray(
      listed(`
      run:npm ¦ run:git ¦ run:ls ¦ run:cat ¦ run:echo ¦ run:bash ¦ run:eval ¦ run:sudo ¦ run:rm ¦ run:curl
    `),
    ),
    deny: fc.subarray(['run:curl', 'read:.env', 'run:npm publish']),
    ask: fc.subarray(['run:npm', 'run:rm']),
  })
  const severity = { allow: 0, ask: 1, deny: 2 }

  it('a denied command anywhere in it is never allowed', () => {
    fc.assert(
      fc.property(wrapped, rules, (line, choices) => {
        if (line.includes('git push'))
          expect(run(line, { ...choices, deny: [...choices.deny, 'run:git push'] })).not.toBe('allow')
      }),
      { numRuns: scaled(60) },
    )
  })

  it('what cannot be read for certain is never allowed, unless nothing is asked', () => {
    fc.assert(
      fc.property(wrapped, rules, (line, choices) => {
        if (/[`$>]|<<|bash|eval|if true|\(\)/.test(line) && choices.mode !== 'bypassPermissions')
          expect(run(line, choices)).not.toBe('allow')
      }),
      { numRuns: scaled(60) },
    )
  })

  it('one more command makes no more allowed', () => {
    fc.assert(
      fc.property(compound, operator, simple, fc.boolean(), rules, (line, join, more, isBefore, choices) => {
        const longer = isBefore ? more + join + line : line + join + more
        expect(severity[run(longer, choices)]).toBeGreaterThanOrEqual(severity[run(line, choices)])
      }),
      { numRuns: scaled(80) },
    )
  })

  it('a line is allowed exactly where each of its commands is, if none of them goes elsewhere', () => {
    fc.assert(
      fc.property(
        fc.array(
          simple.filter((command) => !command.startsWith('cd')),
          { minLength: 1, maxLength: 4 },
        ),
        operator,
        rules,
        (commands, join, choices) => {
          const each = commands.map((command) => severity[run(command, choices)])
          expect(severity[run(commands.join(join), choices)]).toBe(Math.max(...each))
        },
      ),
      { numRuns: scaled(60) },
    )
  })

  it('the same words decide alike, however they are quoted', () => {
    const quote = fc.constantFrom<(word: string) => string>(
      (word) => word,
      (word) => `'${word}'`,
      (word) => `"${word}"`,
      (word) => `${word.slice(0, 1)}''${word.slice(1)}`,
      (word) => `\\${word}`,
    )
    const plain = simple.filter((command) => !/[*=~]/.test(command))
    fc.assert(
      fc.property(plain, fc.infiniteStream(quote), rules, (command, quotes, choices) => {
        const line = command
          .split(' ')
          .map((word) => quotes.next().value(word))
          .join('  ')
        expect(run(line, choices)).toBe(run(command, choices))
      }),
      { numRuns: scaled(60) },
    )
  })

  it('a greater mode allows what a lesser one does', () => {
    fc.assert(
      fc.property(wrapped, rules, (line, choices) => {
        const decided = modes.map((mode) => severity[run(line, { ...choices, mode })])
        for (const [index, each] of decided.entries())
          if (index > 0) expect(each).toBeLessThanOrEqual(decided[index - 1] ?? 2)
      }),
      { numRuns: scaled(80) },
    )
  })

  it('one more rule that allows denies nothing, and one that denies or asks allows nothing', () => {
    const more = fc.constantFrom('run:git', 'run:npm test', 'run:ls', 'run:cat', 'read:.env', 'edit:src/**')
    fc.assert(
      fc.property(wrapped, rules, more, (line, choices, rule) => {
        const before = severity[run(line, choices)]
        expect(severity[run(line, { ...choices, allow: [...choices.allow, rule] })]).toBeLessThanOrEqual(
          before,
        )
        expect(severity[run(line, { ...choices, ask: [...choices.ask, rule] })]).toBeGreaterThanOrEqual(
          before,
        )
        expect(severity[run(line, { ...choices, deny: [...choices.deny, rule] })]).toBeGreaterThanOrEqual(
          before,
        )
      }),
      { numRuns: scaled(80) },
    )
  })

  it('is decided, and no text breaks it', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 40 }), rules, (line, choices) => {
        expect(['allow', 'ask', 'deny']).toContain(run(line, choices))
      }),
      { numRuns: scaled(30) },
    )
  })
})
