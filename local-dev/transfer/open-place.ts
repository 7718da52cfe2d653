import { openDirectory } from './directory'
import { isAddress, type Place } from './place'
import { openServer } from './server'

/** Opens a data directory, or the hosted server at an address, whose token is MAESTRO_API_TOKEN. */
export const openPlace = async (place: string): Promise<Place> =>
  isAddress(place) ? openServer(place, process.env.MAESTRO_API_TOKEN) : openDirectory(place)

/** Tells on standard error how many documents are done. On a terminal the line is written over. */
export const showProgress = (done: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} documents`)
  else if (done % 1000 === 0) process.stderr.write(`${done} documents\n`)
}
