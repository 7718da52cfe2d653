/** Writes what is made from the schemas and from the list of operations: `schemas/json/` and the typed client's files. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allOperations } from '../../functions/all-operations'
import { jsonSchemaFiles } from '../../schemas/json-files'
import { clientFiles } from './client-files'

const root = join(import.meta.dirname, '../..')

const writeAll = (
  folder: string,
  files: Readonly<Record<string, string>>,
  isOurs: (name: string) => boolean,
) => {
  mkdirSync(join(root, folder), { recursive: true })
  for (const name of readdirSync(join(root, folder)))
    if (isOurs(name) && !(name in files)) rmSync(join(root, folder, name))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text)
  process.stdout.write(`${folder}: ${Object.keys(files).length} files\n`)
}

const schemas = Object.fromEntries(
  Object.entries(jsonSchemaFiles()).map(([name, schema]) => [
    `${name}.json`,
    `${JSON.stringify(schema, null, 2)}\n`,
  ]),
)
writeAll('schemas/json', schemas, () => true)
writeAll('functions/client', await clientFiles(allOperations), (name) => name.endsWith('operations.ts'))
