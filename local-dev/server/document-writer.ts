/** The write-behind thread: it writes documents into files, so that requests do not wait for the disk. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Lease } from '../../storage/drivers/files/lease'
import type { UnwrittenSeal } from '../../storage/drivers/files/seal-file'
import {
  type BlockedPath,
  createDocumentBatch,
  type DocumentBatch,
  syncDocuments,
} from '../../storage/drivers/files/write-documents'

/** A batch comes in several requests, from its lease to its finish, and these in messages: `finish` and `sync` are answered. */
export type WriteRequest =
  | { lease: Lease }
  | { changes: readonly (readonly [key: string, json: string | null])[] }
  | { begin: string; seal: UnwrittenSeal | undefined }
  | { piece: string }
  | { end: true }
  | { finish: true }
  | { sync: readonly string[] }

/** What was not taken by its path, or why nothing was written. */
export type WriteResult = { blocked: BlockedPath[] } | { error: unknown }

const { directory, strict }: { directory: string; strict: boolean } = workerData
let batch: DocumentBatch | undefined
let failure: { error: unknown } | undefined

const take = (request: WriteRequest): WriteResult | undefined => {
  if ('lease' in request) {
    failure = undefined
    batch = createDocumentBatch(directory, strict, request.lease)
  } else if ('changes' in request)
    for (const [key, json] of request.changes) {
      if (json === null) batch?.remove(key)
      else batch?.write(key, json)
    }
  else if ('begin' in request) batch?.begin(request.begin, request.seal)
  else if ('piece' in request) batch?.add(request.piece)
  else if ('end' in request) batch?.end()
  else if ('sync' in request) {
    syncDocuments(directory, request.sync)
    return { blocked: [] }
  } else return { blocked: batch?.finish() ?? [] }
  return undefined
}

const answer = (request: WriteRequest) => {
  // After an error the rest of the batch is left out.
  let result: WriteResult | undefined
  try {
    if (!failure || 'lease' in request || 'sync' in request) result = take(request)
  } catch (error) {
    if ('sync' in request) result = { error }
    else {
      failure = { error }
      batch?.abandon()
    }
  }
  if ('finish' in request && failure) result = failure
  if (result) parentPort?.postMessage(result)
}

parentPort?.on('message', (requests: readonly WriteRequest[]) => requests.forEach(answer))
