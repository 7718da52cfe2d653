import { openDirectory } from './directory'
import { isAddress, type Purpose, type TransferLocation } from './location'
import { openServer } from './server'

/** Opens a data directory, or the hosted server at an address, whose token is MAESTRO_API_TOKEN. */
export const openLocation = async (location: string, purpose: Purpose): Promise<TransferLocation> =>
  isAddress(location) ? openServer(location, process.env.MAESTRO_API_TOKEN) : openDirectory(location, purpose)

/** Prints on standard error how many documents are done; on a terminal, on one line. */
export const showProgress = (done: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} documents`)
  else if (done % 1000 === 0) process.stderr.write(`${done} documents\n`)
}
