// An endpoint is added or changed, and the typed client goes on knowing the API of before.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import { createClient } from '../../functions/client/client'
import { clientFiles } from '../../local-dev/generate/client-files'
import { isObject } from '../../schemas/fields'

const folder = join(import.meta.dirname, '../../functions/client')

it('is current: `npm run generate` would change nothing', async () => {
  const files = await clientFiles(allOperations)
  const onDisk = Object.keys(files).map((name) => [name, readFileSync(join(folder, name), 'utf8')])
  expect(Object.fromEntries(onDisk)).toEqual(files)
})

it('has a call for every operation', () => {
  const client: Record<string, unknown> = { ...createClient({ url: 'http://localhost:3000' }) }
  const missing = allOperations.filter(({ definition: { name } }) => {
    const [group = '', verb = ''] = name.split('.')
    const calls = group === 'server' ? client : client[group]
    return !isObject(calls) || typeof calls[verb] !== 'function'
  })
  expect(missing.map(({ definition }) => definition.name)).toEqual([])
})
