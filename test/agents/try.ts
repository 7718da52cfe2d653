/**
 * Real agents against the mock model, offline: npm run try:agents [-- AGENT … --only SCENARIO,…]. With --record, what they say
 * is written down for the tests that have none.
 */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { locateAcp } from '../../local-dev/agents/find-acp'
import { presets } from '../../local-dev/agents/presets'
import { homeFolder } from '../../local-dev/lib/home'
import { recordHelp, recordSession } from './try/record'
import { scenarios } from './try/scenarios'
import { openWorld } from './try/world'

const say = (text: string) => void process.stdout.write(`${text}\n`)

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, record: { type: 'boolean' } },
})
const names = Object.keys(scenarios).filter((name) => values.only?.split(',').includes(name) ?? true)
const rows: string[][] = []
let failures = 0

for (const preset of presets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const found = await locateAcp(preset, { searchPath: process.env.PATH ?? '', home: homeFolder() })
  if (!found) {
    say(`${preset.name}: not here (maestro agents install ${preset.name})`)
    continue
  }
  if (values.record) {
    await recordHelp(preset.name)
    say(`${preset.name} ${found.version ?? 'unknown'}: ${await recordSession(preset, found)}`)
    continue
  }
  const cells: string[] = []
  const world = await openWorld(preset.name)
  const failuresBefore = failures
  for (const name of names) {
    const result = await scenarios[name]?.(world).catch((error: unknown) => {
      failures++
      say(
        `${preset.name} ${name}: NO, ${error instanceof Error ? error.message : error} (see ${world.folder})`,
      )
      return undefined
    })
    if (result !== undefined) say(`${preset.name} ${name}: ${result}`)
    // What goes wrong in one scenario is not to be seen in the next.
    await world.stopAll()
    cells.push(result ?? 'NO')
  }
  await world.close()
  if (failures === failuresBefore) rmSync(world.folder, { recursive: true, force: true, maxRetries: 5 })
  rows.push([preset.name, found.version ?? 'unknown', ...cells])
}

for (const row of values.record
  ? []
  : [['agent', 'version', ...names], names.map(() => '---').concat('---', '---'), ...rows])
  say(`| ${row.join(' | ')} |`)
process.exitCode = failures === 0 ? 0 : 1
