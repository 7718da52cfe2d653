/**
 * node check-skips.mjs REPORT [REPORT-OF-A-RERUN ...]: compares the tests that were skipped with those that may be.
 *
 * Reads vitest's JSON reports. A test that the first report skipped and a later one passed counts as run. What is left
 * must be exactly what ../declared-skips.json names, test by test, as often as it stands there. Exits 1 if a test was
 * skipped that is not declared, or one is declared that was not skipped.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [report, ...reruns] = process.argv.slice(2)
if (report === undefined) {
  process.stderr.write('usage: node check-skips.mjs REPORT [REPORT-OF-A-RERUN ...]\n')
  process.exit(2)
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
const nameOf = (file, test) => `${file}: ${test}`

/** The tests of a report with one of these statuses, once for every time that they stand there. */
const testsOf = (path, statuses) =>
  readJson(path).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => statuses.includes(status))
      .map(({ fullName }) => nameOf(relative(process.cwd(), name), fullName)),
  )

/** What is in `names`, without as many of each as are in `others`. */
const without = (names, others) => {
  const left = [...others]
  return names.filter((name) => {
    const index = left.indexOf(name)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
}

const declared = readJson(new URL('../declared-skips.json', import.meta.url)).flatMap(({ file, tests }) =>
  tests.map((test) => nameOf(file, test)),
)
const skipped = without(
  testsOf(report, ['skipped', 'pending', 'todo', 'disabled']),
  reruns.flatMap((rerun) => testsOf(rerun, ['passed'])),
)
const undeclared = without(skipped, declared)
const stale = without(declared, skipped)

for (const name of undeclared)
  process.stderr.write(
    `Skipped, and not declared: ${name}\n  Install what it needs, or say in .github/declared-skips.json why it cannot run.\n`,
  )
for (const name of stale)
  process.stderr.write(`Declared, and not skipped: ${name}\n  Take it out of .github/declared-skips.json.\n`)
process.stdout.write(`${skipped.length} skipped, ${declared.length} declared\n`)
process.exitCode = undeclared.length + stale.length > 0 ? 1 : 0
