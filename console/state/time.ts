/** Times as people read them. Pure. */

const steps: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
]

/** How long ago: `now`, `2 m`, `3 h`, `4 d`. A time that is to come, as another clock may have it, is now. */
export const age = (then: number, now: number): string => {
  const [unit, ms] = steps.find(([, each]) => now - then >= each) ?? []
  return unit === undefined || ms === undefined ? 'now' : `${Math.floor((now - then) / ms)} ${unit}`
}

/** How long something took: `1 h 5 m`, `40 s`. */
export const span = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} m` : `${Math.floor(minutes / 60)} h ${minutes % 60} m`
}

/** Made once, when the first time is shown: to make one takes longer than to draw the card that it is for. */
const writerOf = (options: Intl.DateTimeFormatOptions) => {
  let writer: Intl.DateTimeFormat | undefined
  return (at: number): string => {
    writer ??= new Intl.DateTimeFormat(undefined, options)
    return writer.format(at)
  }
}

/** In the reader's zone and language, to the second. */
export const exactTime = writerOf({ dateStyle: 'medium', timeStyle: 'medium' })

export const clockTime = writerOf({ hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `sess_…p9q2r5`: enough of an id to tell it from others. */
export const shortId = (id: string): string => (id.length <= 16 ? id : `${id.slice(0, 5)}…${id.slice(-6)}`)
