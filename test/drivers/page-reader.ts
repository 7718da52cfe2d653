// Reads a data directory from what docs/storage.md says, and from nothing else.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import * as z from 'zod'

const Item = z.record(z.string(), z.unknown())
const Delta = z.object({
  rest: Item,
  appended: z.record(z.string(), z.array(z.unknown())),
  base: z.record(z.string(), z.tuple([z.int(), z.int()])).default({}),
})
const Body = z.object({
  put: z.record(z.string(), Item).default({}),
  grow: z.record(z.string(), Delta).default({}),
  remove: z.array(z.string()).default([]),
})
type Documents = Map<string, z.infer<typeof Item>>

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /^([\w-]+\/)?[\w-]+\.json$/.test(name),
      )
    : []

const entities = ['projects', 'tasks', 'sessions', 'queues', 'templates']
const internals = ['.answers', '.beats', '.retired']

const readFiles = (directory: string): Documents => {
  const documents: Documents = new Map()
  for (const kind of [...entities, ...internals])
    for (const name of filesBelow(join(directory, kind))) {
      const text = readFileSync(join(directory, kind === 'answers' ? '.answers' : kind, name), 'utf8')
      const key = `${kind.replace('.', '')}:${name.slice(0, -'.json'.length).replaceAll('/', ':')}`
      documents.set(key, Item.parse(JSON.parse(text.replace(/^\uFEFF/, ''))))
    }
  return documents
}

interface Line {
  type: string
  batch: number
  body: string
}

/** The lines of a segment that are whole. */
const readSegment = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const [, checksum = '', text = ''] = /^([0-9a-f]{8}) (.*)$/.exec(line) ?? []
      if (text === '' || crc32(text) !== Number.parseInt(checksum, 16)) return []
      const [, type = '', number = '', body = ''] = /^(\w) (\d+)(?: \d+ (.*))?$/.exec(text) ?? []
      if (type === 'H' && Number(number) > 2) throw new Error(`${path} has a later format`)
      return [{ type, batch: Number(number), body }]
    })

const grown = (before: z.infer<typeof Item>, { rest, appended, base }: z.infer<typeof Delta>) => {
  const document = { ...rest }
  for (const [list, items] of Object.entries(appended)) {
    const had = z.array(z.unknown()).parse(before[list] ?? [])
    const [length, checksum] = base[list] ?? [had.length, undefined]
    const kept = had.slice(0, length)
    if (checksum !== undefined && crc32(JSON.stringify(kept)) !== checksum)
      throw new Error(`${list} is not what was added to`)
    const ids = new Set(checksum === undefined ? kept.map((item) => Item.parse(item).id) : [])
    document[list] = [...kept, ...items.filter((item) => !ids.has(Item.parse(item).id))]
  }
  return document
}

const apply = (documents: Documents, body: string) => {
  const { put, grow, remove } = Body.parse(JSON.parse(body))
  for (const [key, document] of Object.entries(put)) documents.set(key, document)
  for (const [key, delta] of Object.entries(grow)) documents.set(key, grown(documents.get(key) ?? {}, delta))
  for (const key of remove) documents.delete(key)
}

const Parent = z.looseObject({ spawnedBy: z.string().nullish() }).nullish()

/** Every document in a data directory, by its key. */
export const readDirectory = (directory: string): Documents => {
  const isNumbered = existsSync(join(directory, '.format'))
  const journal = join(directory, isNumbered ? '.wal' : '.journal')
  const documents = readFiles(directory)
  const segments = existsSync(journal) ? readdirSync(journal).sort() : []
  const lines = segments.flatMap((name, index) => {
    const next = segments[index + 1]
    const last = next === undefined ? Number.POSITIVE_INFINITY : Number(next.slice(0, 12))
    return readSegment(join(journal, name)).filter(({ batch, type }) => type !== 'H' && batch <= last)
  })
  const checkpoint = Math.max(0, ...lines.filter(({ type }) => type === 'F').map(({ batch }) => batch))
  for (const { type, batch, body } of lines) if (type === 'B' && batch > checkpoint) apply(documents, body)
  for (const [key, document] of documents)
    if (key.startsWith('sessions:') && !('parentSessionId' in document))
      documents.set(key, { ...document, parentSessionId: Parent.parse(document.metadata)?.spawnedBy ?? null })
  return documents
}
