/**
 * `npm run export -- PLACE FILE` and `npm run import -- FILE PLACE [--dry-run] [--overwrite]`: a place is a data
 * directory or the address of a hosted server, whose token is MAESTRO_API_TOKEN.
 */
import { parseArgs } from 'node:util'
import { openPlace, showProgress } from './open-place'
import { exportTo, importFrom } from './transfer'

const usage = `npm run export -- PLACE FILE
npm run import -- FILE PLACE [--dry-run] [--overwrite]
PLACE is a data directory, or the address of a hosted server (its token in MAESTRO_API_TOKEN).`

const run = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      overwrite: { type: 'boolean', default: false },
    },
  })
  const [what, from, to] = positionals
  if (
    (what !== 'export' && what !== 'import') ||
    from === undefined ||
    to === undefined ||
    positionals.length > 3
  )
    throw new Error(usage)
  const place = await openPlace(what === 'export' ? from : to)
  try {
    if (what === 'export') {
      say(`${await exportTo(place, to, showProgress)} documents are in ${to}`)
      return 0
    }
    const dryRun = values['dry-run']
    const { stored, unchanged, conflicts } = await importFrom(
      from,
      place,
      { overwrite: values.overwrite, dryRun },
      showProgress,
    )
    say(
      `${stored} ${dryRun ? 'would be stored' : 'stored'}, ${unchanged} there already, ${conflicts.length} in conflict`,
    )
    for (const key of conflicts.slice(0, 20))
      say(`conflict: ${key} is there and differs; --overwrite replaces it`)
    return conflicts.length > 0 ? 1 : 0
  } finally {
    await place.close()
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`)

try {
  process.exitCode = await run()
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`)
  process.stderr.write('What was taken over stays; the same command again goes on from there.\n')
  process.exitCode = 1
}
