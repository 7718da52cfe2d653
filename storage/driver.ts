import type { Driver } from 'unstorage'
import type { Documents } from './documents'
import type { Appends, Entry } from './entry'
import type { LoggedEvent } from './event'
import type { Parts } from './parts'

/** One entity to store. */
export interface Put {
  readonly key: string
  /** The whole document, as compact JSON: of a long one made when it is asked for. */
  readonly json: string
  /** The same in parts, where it is held so: a long one. */
  readonly parts?: Parts
  /** How a long document grew in this change, where it did no more than that: so nobody needs to store it all again. */
  readonly appends?: Appends
}

/** An entity as it is to be stored. */
export const putOf = (entry: Entry, appends?: Appends): Put => {
  const { key, isLong } = entry
  if (!isLong && !appends) return { key, json: entry.json }
  return {
    key,
    get json() {
      return entry.json
    },
    ...(isLong && { parts: entry.parts }),
    ...(appends && { appends }),
  }
}

/** One change: the documents that it stores, the keys that it removes, and its events. */
export interface Batch {
  puts: readonly Put[]
  removes: readonly string[]
  events: readonly LoggedEvent[]
}

/**
 * The storage of a workspace: an unstorage driver, so that everything made for unstorage works on it, with more
 * methods. All of those are optional: the workspace works on any unstorage driver, with weaker guarantees.
 */
export interface WorkspaceDriver extends Driver {
  /**
   * The documents, where the driver can look them up synchronously. Without it they are all loaded into memory.
   * The workspace puts and removes there what it is about to commit, or what it rolls back.
   */
  documents?: Documents
  /**
   * Stores a batch, all of it or nothing, and resolves when it is durable; batches become durable in the order
   * of the calls. If one fails, so does every batch that was passed to `commit` before that one rejected.
   */
  commit?(batch: Batch): Promise<void>
  /** Does much of what `commit` does with this very batch, a part with every step; nothing is stored by that. */
  prepare?(batch: Batch): Iterable<void>
  /** Why one of these documents cannot be changed at present, where the others can; undefined if all can be. */
  refusal?(keys: readonly string[]): string | undefined
  /** Awaited before every change: lets changes that come in together share a commit, where that is cheaper. */
  awaitBatchWindow?(): Promise<void>
  /** The event log. Without one, events are published live only. */
  log?: {
    /** The number of the last event, 0 if there was none. */
    last(): number
    /**
     * The durable events after this number, in order and without a gap; undefined if the log does not reach back so
     * far, or the number is that of no event yet.
     */
    since(number: number): Promise<LoggedEvent[] | undefined>
    /** Goes on with the number after this one, which is not below the last; all events before it are forgotten. */
    continueAfter?(number: number): void
  }
  /** A long document in parts, if it is known to be as it was written, and so to be valid; undefined: it is to be read. */
  parts?(key: string): Parts | undefined
  /** Moves what is no document aside, records the reason for `status`, and returns its new name. */
  quarantine?(key: string, reason: string): string
  /** Leaves a copy that another program made where it is, records the reason for `status`, and returns its name. */
  leaveCopy?(key: string, reason: string): string
  /**
   * Calls back with the texts, by key, of documents that could not be read when they were asked for (`getItem` threw),
   * as soon as they can be. Until `release` is called, right before they are taken in, `refusal` refuses to change them.
   */
  onReadable?(callback: (texts: ReadonlyMap<string, string>, release: () => void) => void): void
  /** Why a document of this kind and id, if there is one, cannot be read now; undefined otherwise. */
  unreadable?(kind: string, id: string): string | undefined
  /** Why a document under this key, or under one that begins so if it ends with `:`, cannot be read now; undefined otherwise. */
  unreadableUnder?(prefix: string): string | undefined
  /** Random bytes of this workspace's own, kept apart from the documents: never exported, copied or shown. */
  secret?: SecretStore
  /**
   * Resolves when write-behind is done: the documents are where people and other programs read them. With `withinMs`, those
   * that would be by then.
   */
  flush?(withinMs?: number): Promise<void>
  /** Why no change can be stored at present, whatever it changes; undefined if it can be. */
  unavailable?(): string | undefined
  /** For `GET /health?verbose=1`. */
  status?(): DriverStatus
}

/** 32 random bytes that only the server knows. */
export interface SecretStore {
  /** Undefined if there are none yet. */
  read(): Promise<Uint8Array | undefined>
  /** Makes them where there are none; resolves with those that are durable then. */
  create(): Promise<Uint8Array>
}

/** So begins the reason of what cannot be read in `DriverStatus.problems`. */
export const cannotBeRead = 'It cannot be read'

export interface DriverStatus {
  quarantined: readonly { file: string; reason: string }[]
  /** Files that are left where they are: those that cannot be written or read now, and copies of other programs. */
  problems?: readonly { file: string; reason: string }[]
  freeBytes: number | null
  /** How far the KV mirror is behind: its keys that are out of date, and for how many milliseconds. */
  follower?: { keys: number; milliseconds: number; problem?: string }
}
