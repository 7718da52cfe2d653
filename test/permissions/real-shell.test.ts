// A shell runs what a rule denies, because it reads the line otherwise than we do.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isFullRun, scaled, scaledMs } from '../random'
import { run } from './context'
import { listed } from './listed'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-'))
  for (const name of ['bin', 'app', 'app/sub']) mkdirSync(join(folder, name))
  // What a pattern may find.
  for (const name of ['git', 'push']) writeFileSync(join(folder, 'app', name), '')
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  program('git', '[ "$1" = push ] && : > "$MARKER"')
  for (const name of ['ls', 'npm']) program(name, ':')
  for (const name of ['env', 'sudo']) program(name, 'exec "$@"')
})
// What a line has left in the background may still be writing.
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))

const command = fc.constantFrom(
  ...listed(`
    git push ¦ g""it 'push' ¦ 'git' pu\\sh ¦ git pus? ¦ ls a ¦ npm x ¦ ls 'a; git push' ¦ ls "&& git push" ¦ true
    ls \\; git push ¦ ( git push ) ¦ { git push; } ¦ cd sub ¦ sudo git push ¦ env git push ¦ A=1 git push
    eval git push ¦ sh -c 'git push' ¦ x=push; git $x ¦ ls $(git push) ¦ if true; then git push; fi
  `),
  'git \\\n push',
  "ls - <<'E'\ngit push\nE\n",
  'ls - <<E\n$(git push)\nE\n',
)
const joint = fc.constantFrom(
  '; ',
  ' && ',
  ' || ',
  ' | ',
  '\n',
  ' & ',
  ';\n',
  ' &&\n',
  ' ',
  '',
  '\\\n',
  ' # ',
)
const line = fc
  .array(fc.tuple(command, joint), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join(''))
const damage = fc.constantFrom(
  "'",
  '"',
  '\\',
  '\n',
  ';',
  '&',
  '|',
  '(',
  ')',
  '{',
  '}',
  '$',
  '`',
  '#',
  '<',
  '>',
  '!',
  ' ',
  '\t',
)
const damaged = fc
  .tuple(line, fc.nat(60), fc.option(damage, { nil: '' }), fc.nat(2))
  .map(([text, at, put, taken]) => text.slice(0, at) + put + text.slice(at + taken))

it(
  'never does, of a line that is allowed',
  () => {
    let pushed = 0
    for (const [index, text] of fc.sample(damaged, scaled(150)).entries()) {
      const decided = run(text, { mode: 'bypassPermissions', deny: ['run:git push'] })
      // What is asked need not be run to be known; of what is denied, some is, or this would prove nothing.
      if (decided === 'ask' || (decided === 'deny' && index % 10 > 0)) continue
      const marker = join(folder, `marker-${index}`)
      const env = { PATH: join(folder, 'bin'), MARKER: marker }
      spawnSync('/bin/sh', ['-c', text], { cwd: join(folder, 'app'), env, timeout: 10_000, stdio: 'ignore' })
      if (decided === 'deny') pushed += existsSync(marker) ? 1 : 0
      else expect(existsSync(marker), text).toBe(false)
    }
    if (isFullRun) expect(pushed).toBeGreaterThan(0)
  },
  scaledMs(60_000),
)
