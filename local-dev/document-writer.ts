/** The write-behind thread: it writes documents into files, so that requests do not wait for the disk. */
import { parentPort, workerData } from 'node:worker_threads'
import { type DocumentChange, writeDocuments } from '../storage/drivers/files/document-files'

const { directory, strict }: { directory: string; strict: boolean } = workerData

parentPort?.on('message', (changes: DocumentChange[]) => {
  try {
    writeDocuments(directory, changes, strict)
    parentPort?.postMessage(null)
  } catch (error) {
    parentPort?.postMessage(error)
  }
})
