/**
 * `npm run bench:alternate -- BEFORE AFTER [ROUNDS]`: the bench of two commits in turns, 5 times each, so that what the machine does
 * meanwhile is done to both; then the medians beside one another. `-- … --quick` runs one short round of the bench each time.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { median } from './numbers'

const maxWorsePercent = 5
const root = resolve(import.meta.dirname, '../..')
const words = process.argv.slice(2)
const quick = words.includes('--quick')
const [before, after, rounds = '5'] = words.filter((word) => !word.startsWith('--'))
if (before === undefined || after === undefined || !/^[1-9]\d*$/.test(rounds)) {
  process.stderr.write('Name two commits: npm run bench:alternate -- BEFORE AFTER [ROUNDS] [--quick]\n')
  process.exit(2)
}

const Report = z.object({
  measures: z.array(z.object({ measure: z.string(), value: z.number().nullable(), unit: z.string() })),
})

interface Side {
  commit: string
  folder: string
  /** The values of each measure, by its name with its unit. */
  values: Map<string, number[]>
}

const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()

const checkOut = (commit: string): Side => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-alternate-'))
  git('worktree', 'add', '--detach', '--force', folder, commit)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return { commit, folder, values: new Map() }
}

const run = ({ folder, values }: Side) => {
  const args = ['test/bench/bench.ts', '--json', ...(quick ? ['--quick'] : [])]
  const text = execFileSync(join(root, 'node_modules/.bin/tsx'), args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  })
  const parsed: unknown = JSON.parse(text)
  for (const { measure, value, unit } of Report.parse(parsed).measures) {
    const name = `${measure} (${unit})`
    if (value !== null) values.set(name, [...(values.get(name) ?? []), value])
  }
}

const sides: Side[] = []
try {
  sides.push(checkOut(before), checkOut(after))
  for (let round = 1; round <= Number(rounds); round++)
    // What runs first finds another machine: they take turns at that, too.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      process.stderr.write(`round ${round}: ${side.commit}\n`)
      run(side)
    }
  const [first, second] = sides
  process.stdout.write(`${'measure'.padEnd(48)} ${before.padStart(12)} ${after.padStart(12)}\n`)
  for (const [name, values] of first?.values ?? []) {
    const [old, now] = [median(values), median(second?.values.get(name) ?? [Number.NaN])]
    const changed = 100 * (now / old - 1)
    const worse = name.endsWith('(/s)') ? -changed : changed
    const mark = worse > maxWorsePercent ? '  worse' : ''
    process.stdout.write(
      `${name.padEnd(48)} ${old.toFixed(2).padStart(12)} ${now.toFixed(2).padStart(12)} ${changed.toFixed(1).padStart(7)} %${mark}\n`,
    )
  }
} finally {
  for (const { folder } of sides) {
    git('worktree', 'remove', '--force', folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
