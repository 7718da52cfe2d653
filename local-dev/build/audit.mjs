/**
 * `npm run audit`: whether weaknesses are known in the libraries that `dist` carries along. Ends with 1 if there is one of
 * moderate severity or above.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditLibraries } from './audit-libraries.mjs'

const sbomFile = process.argv[2] ?? join(import.meta.dirname, '../../dist/sbom.cdx.json')
/** npm says which one it is set to. */
const registry = process.env.npm_config_registry ?? 'https://registry.npmjs.org/'
const say = (line) => void process.stdout.write(`${line}\n`)
if (!(await auditLibraries(JSON.parse(readFileSync(sbomFile, 'utf8')), registry, say))) process.exitCode = 1
