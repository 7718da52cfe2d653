import { reasonOf } from '../lib/reason'

/** Tells that a connection was lost, once, and that it is there again. */
export const noteDisconnects = (note: (line: string) => void) => {
  let isCut = false
  return {
    lost(reason: unknown) {
      if (!isCut) note(`${reasonOf(reason)}; trying again until the server is back`)
      isCut = true
    },
    caughtUp() {
      if (isCut) note('connected again')
      isCut = false
    },
  }
}
