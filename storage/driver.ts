import type { Driver } from 'unstorage'
import type { Documents } from './documents'
import type { LoggedEvent } from './event'

/** One entity to store. */
export interface Put {
  key: string
  /** The whole document, as compact JSON. */
  json: string
  /** Where the document only grew: all of it but the lists that grew, and what they grew by. */
  delta?: AppendDelta
}

export interface AppendDelta {
  /** The document without its growing lists, as compact JSON. */
  rest: string
  /** What was appended to each of them. */
  appended: Readonly<Record<string, readonly unknown[]>>
}

/** One change: what it stores, what it removes, and the events that tell of it. */
export interface Batch {
  puts: readonly Put[]
  removes: readonly string[]
  events: readonly LoggedEvent[]
}

/**
 * What the workspace asks of storage: an unstorage driver, so that everything made for unstorage works on it,
 * that can do more. What a driver can't do, the workspace does as well as it goes, and `capabilities` tells.
 */
export interface WorkspaceDriver extends Driver {
  /**
   * The documents, where the driver finds them as they are asked for. Without it they are all loaded into memory.
   * What is put or removed there is about to be committed, or was not committed after all.
   */
  documents?: Documents
  /**
   * Stores a batch, all of it or nothing, and resolves when it is durable; batches become durable in the order
   * of the calls. If one fails, so does every batch that was handed over before its failure was heard of.
   */
  commit?(batch: Batch): Promise<void>
  /** Waited for before every change, where changes that come in together are cheaper to commit together. */
  awaitBatchWindow?(): Promise<void>
  /** The event log. Without one, events are told live only. */
  log?: {
    /** The number of the last event, 0 if there was none. */
    last(): number
    /**
     * The events after this number that are durable by now, in order and without a gap; undefined if the log does
     * not reach back so far, or has not come so far yet.
     */
    since(number: number): Promise<LoggedEvent[] | undefined>
  }
  /** Moves a document that cannot be read out of the way, remembers why, and tells where it is now. */
  quarantine?(key: string, reason: string): string
  /** Resolves when the documents stand where people and other programs read them. */
  flush?(): Promise<void>
  /** For `GET /health?verbose=1`. */
  status?(): DriverStatus
}

export interface DriverStatus {
  quarantined: readonly { file: string; reason: string }[]
  freeBytes: number | null
  /** How far a copy of the documents is behind: its keys that are out of date, and for how many milliseconds. */
  follower?: { keys: number; milliseconds: number; problem?: string }
}
