/** `npm run schemas`: writes `schemas/json/` anew. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonSchemaFiles } from '../schemas/json-files'

const directory = join(import.meta.dirname, '../schemas/json')

rmSync(directory, { recursive: true, force: true })
mkdirSync(directory)
for (const [name, schema] of Object.entries(jsonSchemaFiles()))
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(schema, null, 2)}\n`)
