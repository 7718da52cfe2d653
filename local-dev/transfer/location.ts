/** A workspace to export from or import into: a directory of this machine, or a hosted server. */
import type { TransferLine, TransferResult } from '../../schemas/transfer'

export interface ImportOptions {
  overwrite: boolean
  dryRun: boolean
}

/** What a location is opened for: only an import may make a directory that is not there. */
export type Purpose = 'export' | 'import' | 'dry run'

export interface TransferLocation {
  /** Every document, as a line of JSON. */
  lines(): AsyncIterable<string>
  /** Stores some documents, all of them or none. */
  importBatch(lines: TransferLine[], options: ImportOptions): Promise<TransferResult>
  close(): Promise<void>
}

/** Whether a location is a server's address, and not a directory. */
export const isAddress = (location: string): boolean => /^https?:\/\//.test(location)
