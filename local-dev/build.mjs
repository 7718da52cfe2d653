/**
 * Builds what is published into `dist`, or into the directory that is given: nothing if that is current, and else
 * whole or not at all. What runs from an earlier build goes on undisturbed.
 */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { activate } from './build/activate.mjs'
import { bundledPackages } from './build/bundled-packages.mjs'
import { isCurrent } from './build/current.mjs'
import { digests, ownInputs, packageFiles } from './build/inputs.mjs'
import { sbom } from './build/sbom.mjs'
import { removeSuperseded } from './build/superseded.mjs'
import { thirdPartyLicenses } from './build/third-party-licenses.mjs'

const root = resolve(import.meta.dirname, '..')
const outdir = resolve(process.argv[2] ?? join(root, 'dist'))

/** What changes while it is read is recorded as something that it never is, so the next build reads it again. */
const digestsSince = (startedAt, paths) => {
  const changed = paths.filter((path) => statSync(join(root, path)).ctimeMs >= startedAt)
  return { ...digests(root, paths), ...Object.fromEntries(changed.map((path) => [path, 'changed'])) }
}

const buildAll = async () => {
  const startedAt = Date.now()
  const inputs = ownInputs(root)
  // Only now, because loading the bundler takes longer than finding out that it is not needed.
  const { bundle, entries } = await import('./build/bundles.mjs')
  const { programs, clients, metafiles } = await bundle(root, outdir)
  const packages = bundledPackages(root, metafiles)
  const standalone = new Map([
    ...clients,
    ['THIRD-PARTY-LICENSES.txt', thirdPartyLicenses(root, packages)],
    ['sbom.cdx.json', sbom(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')), packages)],
  ])
  const record = { inputs, packageFiles: digestsSince(startedAt, packageFiles(metafiles)) }
  removeSuperseded(outdir, activate(outdir, { programs, entries, standalone, record }))
}

try {
  if (!isCurrent(root, outdir)) await buildAll()
} catch (error) {
  const reason = Array.isArray(error.errors) ? 'the sources have the errors above' : error.message
  process.stderr.write(`Not built: ${reason}. What was in ${outdir} before is still there.\n`)
  process.exitCode = 1
}
