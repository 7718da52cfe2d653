/**
 * `node killed-activation.mjs N OUTDIR REFERENCE`: puts the build in REFERENCE into OUTDIR, as a build does, but kills
 * itself in its N-th change to files; what it writes then is half written. Prints the number of changes at the end.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { activate } from '../../local-dev/build/activate.mjs'
import { currentBuild } from '../../local-dev/build/current.mjs'

const [number, outdir, reference] = process.argv.slice(2)

const read = (directory, isWanted) =>
  new Map(
    fs
      .readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && isWanted(entry.name))
      .map(({ name }) => [name, fs.readFileSync(join(directory, name))]),
  )

const entries = ['server', 'cli', 'skills-install', 'skills-publish']
const made = {
  programs: read(
    join(reference, currentBuild(reference)),
    (name) => name !== 'build.json' && !/^\.|\.map$/.test(name),
  ),
  standalone: read(reference, (name) => /^(client|sbom|THIRD-PARTY).*(?<!\.map)$/.test(name)),
  entries,
  record: {},
}

let changes = 0
const changing = [
  'chmodSync',
  'mkdirSync',
  'mkdtempSync',
  'renameSync',
  'rmSync',
  'utimesSync',
  'writeFileSync',
]
for (const name of changing) {
  const original = fs[name]
  fs[name] = (path, ...rest) => {
    changes++
    if (changes === Number(number)) {
      if (name === 'writeFileSync') original(path, rest[0].slice(0, rest[0].length / 2))
      process.kill(process.pid, 'SIGKILL')
    }
    return original(path, ...rest)
  }
}
syncBuiltinESMExports()
activate(outdir, made)
process.stdout.write(String(changes))
