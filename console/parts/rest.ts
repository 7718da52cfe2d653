/** Watches whether cards are at rest: one that has just moved under a finger takes no answer. */
import { isAtRest } from '../state/inbox'

interface Place {
  top: number
  left: number
  height: number
  since: number
}

const places = new WeakMap<Element, Place>()
const watched = new Set<Element>()
const sampleMs = 100
let sampling: ReturnType<typeof setInterval> | undefined

/** Where the card is now; if that is elsewhere than before, it has moved now. */
const sample = (element: Element): Place => {
  const { top, left, height } = element.getBoundingClientRect()
  const before = places.get(element)
  const isSame =
    before !== undefined &&
    Math.abs(before.top - top) < 2 &&
    Math.abs(before.left - left) < 2 &&
    Math.abs(before.height - height) < 2
  const place = isSame ? before : { top, left, height, since: performance.now() }
  places.set(element, place)
  return place
}

/** Watches a card from now on; what it gives back ends that. */
export const watchRest = (element: Element): (() => void) => {
  watched.add(element)
  sample(element)
  sampling ??= setInterval(() => {
    for (const each of watched) sample(each)
  }, sampleMs)
  return () => {
    watched.delete(element)
    if (watched.size > 0) return
    clearInterval(sampling)
    sampling = undefined
  }
}

/** Whether a card may be answered: it has been where it is for long enough, and has had the focus for as long if it has it. */
export const hasRested = (element: Element, focusedAt: number | undefined): boolean => {
  const now = performance.now()
  return isAtRest(sample(element).since, now) && (focusedAt === undefined || isAtRest(focusedAt, now))
}
