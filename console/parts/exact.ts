import { signal } from '@preact/signals'
import { exactTime } from '../state/time'
import { afterPaint } from './frames'

const hasWriter = signal(false)
let isAsked = false

/**
 * The exact time, as the title of a shorter word for it. What writes it takes longer to be made than all cards in sight: it is made
 * when those are painted, and the titles come then.
 */
export const exactTitle = (at: number): string | undefined => {
  if (hasWriter.value) return exactTime(at)
  if (!isAsked) {
    isAsked = true
    afterPaint(() => {
      exactTime(at)
      // Not in one go with what draws the titles.
      setTimeout(() => {
        hasWriter.value = true
      })
    })
  }
  return undefined
}
