/**
 * Writes the type declarations of `maestro-server/client`. Ours lead to zod, which users of the package need not
 * have: so the compiler expands each shape, and the client is declared in terms of the result.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { events } from '../../schemas/events'

const root = join(import.meta.dirname, '../..')
const out = process.argv[2] ?? join(root, 'dist/types')
const clientFolder = join(root, 'functions/client')

/** Has the compiler emit the declarations of a file, and of those beside it that it imports. */
const emitDeclarations = (folder: string, file: string, outDir: string) =>
  execFileSync(
    join(root, 'node_modules/.bin/tsc'),
    [
      ...['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--skipLibCheck', '--strict'],
      ...['--exactOptionalPropertyTypes', '--module', 'esnext', '--moduleResolution', 'bundler'],
      ...['--target', 'es2023', '--types', 'node', '--rootDir', root, '--outDir', outDir, join(folder, file)],
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  )

/** The names that the client takes from the schemas, by module. */
const importsOf = (sources: readonly string[]): Map<string, Set<string>> => {
  const imports = new Map<string, Set<string>>()
  for (const source of sources)
    for (const [, names = '', module = ''] of source.matchAll(
      /(?:im|ex)port type \{([^}]*)\} from '\.\.\/\.\.\/schemas\/(\w+)'/g,
    ))
      for (const name of names.split(',').flatMap((part) => part.trim() || []))
        imports.set(module, (imports.get(module) ?? new Set()).add(name))
  imports.delete('events')
  return imports
}

/** A program that is there for its types alone: every shape is the type of a constant. */
const probeOf = (imports: ReadonlyMap<string, ReadonlySet<string>>): string => {
  const schemas = '../../schemas'
  const lines = [...imports].flatMap(([module, names]) => [
    `import * as ${module} from '${schemas}/${module}'`,
    ...[...names].map((name) => `export const ${name} = ${module}.${name}.parse(0)`),
  ])
  const parsed = Object.keys(events).map((name) => `  '${name}': events['${name}'].parse(0),`)
  return [
    ...lines,
    `import { events } from '${schemas}/events'`,
    'export const Events = {',
    ...parsed,
    '}',
  ].join('\n')
}

/** The types of the probe's constants, as types of their own. */
const shapesFrom = (probe: string): string =>
  `${probe.replace(/^export declare const (\w+): /gm, 'export type $1 = ').replace(/^import .*\n/gm, '')}
export type EventName = keyof Events
export type EventData<N extends EventName> = Events[N]
`

/** A source of the client that takes its shapes from one file, and names files as Node finds them. */
const rewritten = (source: string): string =>
  source
    .replace(/'\.\.\/\.\.\/schemas\/\w+'/g, `'./shapes.js'`)
    .replace(/from '(\.\/[\w-]+)'/g, `from '$1.js'`)

// Below the project, so that its libraries are found.
mkdirSync(join(root, 'dist'), { recursive: true })
const work = mkdtempSync(join(root, 'dist/client-types-'))
const declarations = join(work, 'declarations')
const emitted = join(declarations, work.slice(root.length))
try {
  const sources = readdirSync(clientFolder).map((name) => ({
    name,
    text: readFileSync(join(clientFolder, name), 'utf8'),
  }))
  writeFileSync(join(work, 'probe.ts'), probeOf(importsOf(sources.map(({ text }) => text))))
  emitDeclarations(work, 'probe.ts', declarations)
  const shapes = shapesFrom(readFileSync(join(emitted, 'probe.d.ts'), 'utf8'))
  writeFileSync(join(work, 'shapes.ts'), shapes)
  for (const { name, text } of sources) writeFileSync(join(work, name), rewritten(text))
  emitDeclarations(work, 'client.ts', declarations)
  mkdirSync(out, { recursive: true })
  // Whole at any time, also for who compiles against them now; those of an earlier client do not stay.
  const names = readdirSync(emitted).filter((name) => name !== 'probe.d.ts')
  for (const name of names) {
    writeFileSync(join(out, '.new'), readFileSync(join(emitted, name)))
    renameSync(join(out, '.new'), join(out, name))
  }
  for (const name of readdirSync(out)) if (!names.includes(name)) rmSync(join(out, name), { recursive: true })
} finally {
  rmSync(work, { recursive: true, force: true })
}
