// A command that the shell reads otherwise than we do is one that nobody has allowed.
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readShellLine } from '../../local-dev/permissions/shell-reader'
import { listed } from './listed'

const commandsOf = (line: string) =>
  readShellLine(line).commands.map(({ words }) => words.map(({ text }) => text))

describe('a line', () => {
  it.each([
    ['npm test', [['npm', 'test']]],
    ['a && b || c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a\nb\n\n  c', [['a'], ['b'], ['c']]],
    ['a &&\n b', [['a'], ['b']]],
    ['(cd x && a); { b; c; }', [['cd', 'x'], ['a'], ['b'], ['c']]],
    ['( (a) ; b )', [['a'], ['b']]],
    [
      `git commit -m 'It''s' -m "a \\"b\\" \\\\ c" --x=y\\ z`,
      [['git', 'commit', '-m', 'Its', '-m', 'a "b" \\ c', '--x=y z']],
    ],
    ['a \\\n  b\\\nc', [['a', 'bc']]],
    ['g\'i\'t p"us"h', [['git', 'push']]],
    ['a;', [['a']]],
    ['a &', [['a']]],
    ['[ a = b ]', [['[', 'a', '=', 'b', ']']]],
    ['git show HEAD~1 HEAD^ a@b x#y', [['git', 'show', 'HEAD~1', 'HEAD^', 'a@b', 'x#y']]],
    [`grep "end$" 'a$b'`, [['grep', 'end$', 'a$b']]],
    ["report - <<'EOF'\n$(git push) `x`\n'\nEOF\nb", [['report', '-'], ['b']]],
    ["report - <<'EOF' && b\nEOF", [['report', '-'], ['b']]],
    ['CI=1 TZ=UTC npm test', [['npm', 'test']]],
    ["echo 'é ü' naïve", [['echo', 'é ü', 'naïve']]],
  ])('%j is read', (line, commands) => {
    expect(readShellLine(line).problem).toBeUndefined()
    expect(commandsOf(line)).toEqual(commands)
  })

  it.each([
    ...listed(`
      echo $(git push) ¦ echo "$(git push)" ¦ echo $X ¦ echo "$X" ¦ $X ¦ "$X" a ¦ echo $'a' ¦ echo $((1))
      echo "a" $ ¦ cat <(git push) ¦ a > b ¦ a 2>&1 ¦ a >/dev/null ¦ a < b ¦ a >| b ¦ a <<< b
      if a; then b; fi ¦ for x in a; do b; done ¦ while a; do b; done ¦ case a in b) c;; esac ¦ ! a
      [[ a ]] ¦ time a ¦ f() { a; } ¦ function f { a; } ¦ f () ( a ) ¦ ((a)) ¦ a=(b) ¦ a (b) ¦ (a) b ¦ ( )
      { } ¦ (a ¦ a) ¦ { a } ¦ {a;} ¦ a;;b ¦ && a ¦ a && ¦ a | ¦ | a ¦ a & & b ¦ a && && b ¦ a |& b ¦ a &| b
      ; ¦ a 'b ¦ a "b ¦ A=1 ¦ A=1; b ¦ A+=1 b ¦ A=$X b ¦ */x ¦ g?t push ¦ [a]b c ¦ a{b,c} ¦ git {push,x}
      a # b ¦ # a ¦ ~root/x ¦ cat ~root/x ¦ cat ~+ ¦ A=~/x b ¦ dd of=~/x ¦ =ls ¦ cat =ls ¦ -x ¦ a=b=c ¦ %1
      ^a^b ¦ git' 'push ¦ "a b" c ¦ if
    `),
    'echo `git push`',
    'echo "`git push`"',
    'echo $\u007bX}',
    'a <<EOF\nb\nEOF',
    "a <<-'EOF'\nEOF",
    "a <<'EOF'\nb",
    "a 3<<'EOF'\nEOF",
    "a <<'A' <<'B'\nA\nB",
    "<<'E' a\nE",
    "a <<'EOF' 'x\ny'\nEOF",
    "a <<'EOF' \\\nb\nEOF",
    '{ a; ',
    '',
    '   ',
    '\n',
    'a \\',
    'a\rb',
    'a\u00a0b',
    'a\u2028b',
    'a\0b',
    "a 'x\0'",
    'a\u200bb',
    'a\u0007',
    '\\\n',
    'a \\é',
  ])('%j is not read for certain', (line) => {
    expect(readShellLine(line).problem).toBeDefined()
  })

  it('says which commands set a variable, and which words a shell would look for files by', () => {
    const [command] = readShellLine("CI=1 ls *.ts '*.md' \\*").commands
    expect(command?.assignments).toEqual(['CI'])
    expect(command?.words.map(({ hasGlob }) => hasGlob)).toEqual([false, true, false, false])
  })

  it('is never too long, or too deep, to be looked at', () => {
    const deep = `${'('.repeat(20_000)}a${')'.repeat(20_000)}`
    expect(readShellLine(deep).problem).toBeDefined()
    expect(readShellLine(`${'( '.repeat(20_000)}a${' )'.repeat(20_000)}`).problem).toBeUndefined()
  })
})

/** Every way to write the characters of a word. */
const written = (text: string) =>
  fc
    .tuple(
      ...Array.from(text, (character) =>
        fc.constantFrom('plain', 'single', 'double', 'escaped').map((how) => write(character, how)),
      ),
    )
    .map((parts) => parts.join(''))

const write = (character: string, how: string): string => {
  if (how === 'single' && character !== "'") return `'${character}'`
  if (how === 'double' || character === "'")
    return /["\\$`]/.test(character) ? `"\\${character}"` : `"${character}"`
  if (how === 'escaped' || !/[\w./:,@%+-]/.test(character)) return `\\${character}`
  return character
}

/** Characters that mean something to a shell, and some that do not. */
const text = fc.string({
  unit: fc.constantFrom(...` abcz019_-./:=~!#*?[]{}()<>|&;'"\\$\`^%@+,é`),
  minLength: 1,
  maxLength: 12,
})

describe('quoting', () => {
  it('keeps the words, however each of their characters is quoted', () => {
    const line = fc
      .array(text, { minLength: 1, maxLength: 4 })
      .chain((words) =>
        fc.tuple(fc.constant(words), fc.tuple(...words.map((word) => written(word.replace(/é/g, 'e'))))),
      )
    fc.assert(
      fc.property(line, ([words, parts]) => {
        const { commands, problem } = readShellLine(`echo ${parts.join(' ')}`)
        // A pattern, a comment or ~ that was left unquoted is none of this.
        if (problem !== undefined) return
        expect(commands.map((command) => command.words.map((word) => word.text))).toEqual([
          ['echo', ...words.map((word) => word.replace(/é/g, 'e'))],
        ])
      }),
    )
  })

  const shells = ['sh', 'bash', 'dash', 'zsh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0)
  it('is what the shells here make of the same line, wherever it is read at all', () => {
    const random = fc.sample(
      fc.array(
        fc.oneof(text.chain(written), text, fc.constantFrom('a', "'b c'", '"d"', '\\;', '-x', 'k=v')),
        { minLength: 1, maxLength: 4 },
      ),
      400,
    )
    const lines = random
      .map((parts) => parts.join(' '))
      .filter((line) => {
        const { commands, problem } = readShellLine(`show ${line}`)
        // What runs in the background prints when it likes.
        return (
          problem === undefined &&
          commands.length === 1 &&
          !/&\s*$/.test(line) &&
          !commands[0]?.words.some((word) => word.hasGlob || word.text.startsWith('~'))
        )
      })
    expect(lines.length).toBeGreaterThan(20)
    // One shell for all of them: a function that prints its words, each between marks.
    const script = [
      'show() { for word in "$@"; do printf \'<%s>\' "$word"; done; printf \'\\n--\\n\'; }',
      ...lines.map((line) => `show ${line}`),
    ].join('\n')
    const expected = lines.map((line) =>
      commandsOf(`show ${line}`)[0]
        ?.slice(1)
        .map((word) => `<${word}>`)
        .join(''),
    )
    for (const shell of shells) {
      const { stdout } = spawnSync(shell, ['-f', '-c', script], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
      })
      expect(stdout.split('\n--\n').slice(0, -1), shell).toEqual(expected)
    }
  })

  it('joins commands as the shells here do: each is run as often as we have read it', () => {
    const atom = fc.constantFrom('t 1', "t '2;'", 't "3 && t x"', 't 4\\;', 't 5 6')
    const joined = fc.letrec<{ list: string }>((tie) => ({
      list: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc
          .tuple(tie('list'), fc.constantFrom('; ', ' && ', '\n', ';\n', ' &&\n'))
          .chain(([left, operator]) => tie('list').map((right) => left + operator + right)),
        tie('list').map((list) => `( ${list} )`),
        tie('list').map((list) => `{ ${list}; }`),
      ),
    })).list
    const lines = fc.sample(joined, 100)
    const script = [
      't() { printf \'<%s>\' "$*"; }',
      ...lines.map((line) => `${line}\nprintf '\\n--\\n'`),
    ].join('\n')
    const expected = lines.map((line) => {
      expect(readShellLine(line).problem).toBeUndefined()
      return commandsOf(line)
        .map((words) => `<${words.slice(1).join(' ')}>`)
        .join('')
    })
    for (const shell of shells) {
      const { stdout } = spawnSync(shell, ['-c', script], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      })
      expect(stdout.split('\n--\n').slice(0, -1), shell).toEqual(expected)
    }
  })
})
