/** The write-behind thread: it writes documents into files, so that requests do not wait for the disk. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Lease } from '../storage/drivers/files/lock-file'
import {
  type BlockedPath,
  type DocumentChange,
  writeDocuments,
} from '../storage/drivers/files/write-documents'

export interface WriteRequest {
  changes: readonly DocumentChange[]
  lease: Lease
}

/** What was not taken by its path, or why nothing was written. */
export type WriteResult = { blocked: BlockedPath[] } | { error: unknown }

const { directory, strict }: { directory: string; strict: boolean } = workerData

parentPort?.on('message', ({ changes, lease }: WriteRequest) => {
  try {
    parentPort?.postMessage({ blocked: writeDocuments(directory, changes, strict, lease) })
  } catch (error) {
    parentPort?.postMessage({ error })
  }
})
