import * as z from 'zod'
import { defaultWorkspace } from '../../schemas/api-tokens'
import type { KvMirror, MirrorPosition } from '../../storage/drivers/durable-object/outbox'
import { type EntityKind, kindNames } from '../../storage/kinds'
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
 * The keys of a workspace in Workers KV. All workspaces share one namespace. An id never begins with `@`, so none can
 * reach into another's keys.
 */
export const mirrorOf = (workspace: string, kv: Bindings['MAESTRO_KV']): ReadableMirror => {
  const prefix = workspace === defaultWorkspace ? '' : `@${workspace}:`

  const markKey = `${prefix}position`
  let marked: MirrorPosition | undefined

  const markedPosition = async (): Promise<MirrorPosition | undefined> => {
    const { keys } = await kv.list({ prefix: markKey, limit: 1 })
    return Position.safeParse(keys[0]?.metadata).data
  }

  const page = async ({ kind, cursor }: MirrorCursor): Promise<MirrorPage> => {
    const at = cursor === undefined ? {} : { cursor }
    const listed = await kv.list({ prefix: `${prefix}${kind}:`, limit: pageSize, ...at })
    const documents = new Map<string, string>()
    const names = listed.keys.values()
    const readQueued = async () => {
      for (const { name } of names) {
        const json = await kv.get(name)
        if (json !== null) documents.set(name.slice(prefix.length), json)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, readQueued))
    const told = listed.keys.map(({ metadata }) => Position.safeParse(metadata).data)
    const positions = [...told, await markedPosition()].flatMap((position) => position ?? [])
    return { documents, positions, next: nextAfter(kind, listed.list_complete ? undefined : listed.cursor) }
  }

  return {
    put: (key, json, position) => kv.put(prefix + key, json, { metadata: position }),
    delete: (key) => kv.delete(prefix + key),
    async mark(position) {
      marked ??= await markedPosition()
      // An object that was lost had got further: until this one is filled from its copy, that tells of the other.
      if (marked && position.lastEvent < marked.lastEvent) return
      await kv.put(markKey, '', { metadata: position })
      marked = position
    },
    page,
    async holdsWork() {
      const pages = kindNames.map((kind) =>
        kind === 'templates' ? undefined : kv.list({ prefix: `${prefix}${kind}:`, limit: 1 }),
      )
      return (await Promise.all(pages)).some((listed) => listed !== undefined && listed.keys.length > 0)
    },
  }
}

const nextAfter = (kind: EntityKind, cursor: string | undefined): MirrorCursor | undefined => {
  if (cursor !== undefined) return { kind, cursor }
  const next = kindNames[kindNames.indexOf(kind) + 1]
  return next && { kind: next }
}
