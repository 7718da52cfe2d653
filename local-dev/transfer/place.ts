/** A workspace somewhere: in a directory of this machine, or hosted. */
import type { TransferLine, TransferResult } from '../../schemas/transfer'

export interface TakeOptions {
  overwrite: boolean
  dryRun: boolean
}

export interface Place {
  /** Every document, as a line of JSON. */
  lines(): AsyncIterable<string>
  /** Takes over some documents, all of them or none. */
  take(lines: TransferLine[], options: TakeOptions): Promise<TransferResult>
  close(): Promise<void>
}

/** Whether a place is a server's address, and not a directory. */
export const isAddress = (place: string): boolean => /^https?:\/\//.test(place)
