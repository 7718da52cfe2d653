import * as z from 'zod'
import { defaultWorkspace } from '../../schemas/api-tokens'
import { type EntityKind, entityKinds } from '../../schemas/entities'
import type { KvMirror, MirrorPosition } from '../../storage/drivers/durable-object/outbox'
import { kindOfKey, kinds } from '../../storage/kinds'
import type { Bindings } from './bindings'

/** How many documents a page has: a Worker may make 1,000 calls to KV in a request. */
const pageSize = 500
/** How many are read at a time: a Worker may have six connections open. */
const concurrency = 6

/** A place in the mirror: the kind, and KV's own cursor within it. */
interface MirrorCursor {
  kind: EntityKind
  cursor?: string | undefined
}

export interface MirrorPage {
  /** The documents by key, as JSON. */
  documents: Map<string, string>
  /** Where the mirror was when each of them was copied, where that is known. */
  positions: MirrorPosition[]
  /** Undefined: this was the last page. */
  next: MirrorCursor | undefined
}

export interface ReadableMirror extends KvMirror {
  page(at: MirrorCursor): Promise<MirrorPage>
  /** Whether it holds anything that somebody made: every workspace has templates. */
  holdsWork(): Promise<boolean>
}

const Position = z.object({ lastEvent: z.int().min(0), completeTo: z.int().min(0) })

/**
 * A value of KV has at most 25 MiB, and a character three bytes: a longer document is in pieces under keys of their own.
 */
const maxValueCharacters = 8 * 1024 * 1024
const maxPieces = 1000
/** What the metadata of such a document says: how many pieces, and the name that those of this copy share. */
const Pieces = z.object({ pieces: z.int().min(1), copy: z.string() })

/**
 * The keys of a workspace in Workers KV. All workspaces share one namespace. An id never begins with `@`, so none can
 * reach into another's keys.
 */
export const mirrorOf = (
  workspace: string,
  kv: Bindings['MAESTRO_KV'],
  maxCharacters = maxValueCharacters,
): ReadableMirror => {
  const prefix = workspace === defaultWorkspace ? '' : `@${workspace}:`

  const markKey = `${prefix}position`
  let marked: MirrorPosition | undefined

  const markedPosition = async (): Promise<MirrorPosition | undefined> => {
    const { keys } = await kv.list({ prefix: markKey, limit: 1 })
    return Position.safeParse(keys[0]?.metadata).data
  }

  const pieceKey = (key: string, copy = '', index = '') =>
    `${prefix}piece:${key}:${copy}${copy && ':'}${index}`

  /** The pieces first, and then what names them: who reads meanwhile finds those of the copy before. */
  const putInPieces = async (key: string, json: string, position: MirrorPosition) => {
    const copy = crypto.randomUUID()
    let pieces = 0
    for (const piece of piecesOf(json, maxCharacters))
      await kv.put(pieceKey(key, copy, String(pieces++)), piece, { metadata: { copy } })
    const named = { pieces, copy }
    await kv.put(prefix + key, JSON.stringify(named), { metadata: { ...position, ...named } })
    await deletePieces(key, copy)
  }

  /** Those of all copies but this one. */
  const deletePieces = async (key: string, kept?: string) => {
    const { keys } = await kv.list({ prefix: pieceKey(key), limit: maxPieces })
    for (const { name } of keys)
      if (kept === undefined || !name.startsWith(pieceKey(key, kept))) await kv.delete(name)
  }

  /** A document that is whole, or in pieces; empty, which is no document, if not all of it is there. */
  const readCopy = async (name: string, metadata: unknown): Promise<string | null> => {
    const { data } = Pieces.safeParse(metadata)
    if (!data) return kv.get(name)
    const texts: string[] = []
    for (let index = 0; index < data.pieces; index++) {
      const piece = await kv.get(pieceKey(name.slice(prefix.length), data.copy, String(index)))
      if (piece === null) return ''
      texts.push(piece)
    }
    return texts.join('')
  }

  const page = async ({ kind, cursor }: MirrorCursor): Promise<MirrorPage> => {
    const at = cursor === undefined ? {} : { cursor }
    const listed = await kv.list({ prefix: `${prefix}${kind}:`, limit: pageSize, ...at })
    const documents = new Map<string, string>()
    const names = listed.keys.values()
    const readQueued = async () => {
      for (const { name, metadata } of names) {
        const json = await readCopy(name, metadata)
        if (json !== null) documents.set(name.slice(prefix.length), json)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, readQueued))
    const told = listed.keys.map(({ metadata }) => Position.safeParse(metadata).data)
    const positions = [...told, await markedPosition()].flatMap((position) => position ?? [])
    return { documents, positions, next: nextAfter(kind, listed.list_complete ? undefined : listed.cursor) }
  }

  return {
    async put(key, json, position) {
      if (json.length > maxCharacters) return putInPieces(key, json, position)
      await kv.put(prefix + key, json, { metadata: position })
    },
    async delete(key) {
      await kv.delete(prefix + key)
      if (hasLongOnes(key)) await deletePieces(key)
    },
    async mark(position) {
      marked ??= await markedPosition()
      // An object that was lost had got further: until this one is filled from its copy, that tells of the other.
      if (marked && position.lastEvent < marked.lastEvent) return
      await kv.put(markKey, '', { metadata: position })
      marked = position
    },
    page,
    async holdsWork() {
      const pages = entityKinds.map((kind) =>
        kind === 'templates' ? undefined : kv.list({ prefix: `${prefix}${kind}:`, limit: 1 }),
      )
      return (await Promise.all(pages)).some((listed) => listed !== undefined && listed.keys.length > 0)
    },
  }
}

/** Cuts a text, but none of its characters. */
function* piecesOf(text: string, length: number): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const isHalf = (text.charCodeAt(at + length - 1) & 0xfc00) === 0xd800
    const end = at + length - (isHalf ? 1 : 0)
    yield text.slice(at, end)
    at = end
  }
}

/** Whether documents of its kind may have any length. */
const hasLongOnes = (key: string): boolean => {
  const kind = kindOfKey(key)
  return kind !== undefined && kinds[kind].appendOnly.length > 0
}

const nextAfter = (kind: EntityKind, cursor: string | undefined): MirrorCursor | undefined => {
  if (cursor !== undefined) return { kind, cursor }
  const next = entityKinds[entityKinds.indexOf(kind) + 1]
  return next && { kind: next }
}
