import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Operation } from '../../functions/http/operation'
import { type ClientCall, clientCallOf } from './client-call'
import { createTypeNames } from './schema-names'

const root = join(import.meta.dirname, '../..')

const header = '// Made from the list of operations by `npm run generate`: not to be edited.'

/** What comes from which of the client's own modules; `type`: it is there for its type alone. */
const ownModules = {
  './entities': [
    ['ChangeOptions', 'type'],
    ['changeHeaders'],
    ['PageOptions', 'type'],
    ['pageOf'],
    ['RepeatOptions', 'type'],
    ['taggedOf'],
  ],
  './requests': [['path'], ['QueryText', 'type'], ['Requests', 'type']],
} as const

/** The typed client's files, by their name in `functions/client/`: one for each group of operations, and their list. */
export const clientFiles = async (operations: readonly Operation[]): Promise<Record<string, string>> => {
  const typeOf = await createTypeNames()
  const groups = new Map<string, ClientCall[]>()
  for (const { definition } of operations) {
    const call = clientCallOf(definition, typeOf)
    groups.set(call.group, [...(groups.get(call.group) ?? []), call])
  }
  const files = [...groups].map(([group, calls]): [string, string] => [
    `${fileOf(group)}.ts`,
    sourceOf(group, calls),
  ])
  return Object.fromEntries(
    [...files, ['operations.ts', listOf([...groups.keys()])] as const].map(([name, source]) => [
      name,
      formatted(name, source),
    ]),
  )
}

const fileOf = (group: string) => `${group}-operations`

const sourceOf = (group: string, calls: readonly ClientCall[]): string => {
  const modules = new Map<string, Set<string>>()
  for (const { name, module } of calls.flatMap(({ imports }) => imports))
    modules.set(module, (modules.get(module) ?? new Set()).add(name))
  const uses = new Set(calls.flatMap((call) => call.uses))
  const own = Object.entries(ownModules).flatMap(([module, names]) => {
    const used = names.flatMap(([name, type]) => (uses.has(name) ? `${type ? 'type ' : ''}${name}` : []))
    return used.length > 0 ? `import { ${used.join(', ')} } from '${module}'` : []
  })
  const shapes = [...modules]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([module, names]) => `import type { ${[...names].sort().join(', ')} } from '../../schemas/${module}'`,
    )
  return `${header}
${[...shapes, ...own].join('\n')}

export const ${group}Of = (requests: Requests) => ({
${calls.flatMap(({ members }) => members).join('\n')}
})
`
}

const listOf = (groups: readonly string[]): string => `${header}
${groups.map((group) => `import { ${group}Of } from './${fileOf(group)}'`).join('\n')}
import type { Requests } from './requests'

/** Every operation of the API, by group. */
export const operationsOf = (requests: Requests) => ({
${groups.map((group) => `${group}: ${group}Of(requests),`).join('\n')}
})
`

/** As the linter would have it. */
const formatted = (name: string, source: string): string =>
  execFileSync(
    join(root, 'node_modules/.bin/biome'),
    ['check', '--write', `--stdin-file-path=functions/client/${name}`],
    { cwd: root, input: source, encoding: 'utf8' },
  )
