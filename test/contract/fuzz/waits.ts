import { maxWaitSeconds } from '../../../schemas/claim'

const wait = /(?<=[?&]waitSeconds=|"waitSeconds":\s*)[\d.eE+]+/g

/** A wait that is allowed lasts up to 50 s where nothing is ready: it is tried elsewhere, and here no time is lost with it. */
export const withoutWait = (text: string): string =>
  text.replace(wait, (seconds) => (Number(seconds) <= maxWaitSeconds ? '0' : seconds))
