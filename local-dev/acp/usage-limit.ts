/** Whether an agent has used up what it may use, and until when. */

import { textOf, valuesIn } from './error-text'
import { ErrorObject } from './protocol'

export interface UsageLimit {
  /** In milliseconds since 1970; absent where the agent does not say it. */
  resetsAt?: number
}

/** Too many at once (429) counts as well: it is over after a while, too. */
const words = new RegExp(
  [
    '(usage|rate).?limit',
    '(session|weekly|hourly|daily|5-hour) limit',
    'limit (has been |was )?(reached|exceeded)',
    'out of (extra )?(usage|credits)',
    // That of a disk is another thing.
    '(?<!disk )quota',
    'resource.?exhausted',
    'too many requests',
    'insufficient (funds|credits|balance)',
    'credit balance',
    '(http|status|error|code)\\W{0,10}429\\b',
  ].join('|'),
  'i',
)

/** Of an `AcpError` of a prompt: undefined if it is about something else. */
export const isUsageLimit = (error: unknown, now = Date.now()): UsageLimit | undefined => {
  const { success, data: read } = ErrorObject.safeParse(error)
  if (!success) return undefined
  const text = textOf(read)
  if (!words.test(text)) return undefined
  return withTime(timeIn(read.data, now) ?? timeInText(text, now))
}

/** The same of the `_meta` of a `usage_update`, as Claude's adapter has it: of a limit that is reached, not of one that is near. */
export const isUsageLimitMeta = (meta: unknown, now = Date.now()): UsageLimit | undefined => {
  const rejected = valuesIn(meta).some(({ key, value }) => key === 'status' && value === 'rejected')
  return rejected ? withTime(timeIn(meta, now)) : undefined
}

const withTime = (resetsAt: number | undefined): UsageLimit => (resetsAt === undefined ? {} : { resetsAt })

const pointKey = /^resets?[_-]?at$/i
const durationKey = /^(resets?[_-]?in[_-]?seconds|retry[_-]?(after|delay)([_-]?seconds)?)$/i

const timeIn = (value: unknown, now: number): number | undefined => {
  for (const { key, value: inner } of valuesIn(value)) {
    if (pointKey.test(key)) return pointOf(inner)
    const seconds = typeof inner === 'string' ? Number.parseFloat(inner) : inner
    if (durationKey.test(key) && typeof seconds === 'number' && seconds >= 0) return now + seconds * 1000
  }
  return undefined
}

/** Later than any number of seconds that is meant, and earlier than any of milliseconds. */
const firstMilliseconds = 1e11

const pointOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && !/^\d+$/.test(value) ? Date.parse(value) : Number(value)
  if (!Number.isFinite(number) || number <= 0) return undefined
  return number < firstMilliseconds ? number * 1000 : number
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const timeInText = (text: string, now: number): number | undefined =>
  epochIn(text) ?? dateIn(text) ?? durationIn(text, now) ?? hourIn(text, now)

/** `usage limit reached|1762952400`, `"resets_at":1777936568` in a text. */
const epochIn = (text: string) => {
  const [, digits] = /(?:\||resets?_?at\W{1,4})(\d{10}(?:\d{3})?)\b/i.exec(text) ?? []
  return digits === undefined ? undefined : pointOf(digits)
}

/** `try again at Jun 13th, 2026 2:57 PM`, `resets at 2026-06-13T14:57:00Z`. */
const dateIn = (text: string) => {
  const [, date] =
    /(?:resets?|again)(?: at| on)?:? ((?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)|(?:[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? \d{4},? \d{1,2}:\d\d ?(?:[AP]M)?))/i.exec(
      text,
    ) ?? []
  return date === undefined ? undefined : pointOf(date.replace(/(\d)(st|nd|rd|th)/i, '$1'))
}

/** `try again in 2 hours 5 minutes`, `resets in 34s`. */
const durationIn = (text: string, now: number) => {
  const [, parts] =
    /(?:resets?|again|retry|after)(?: in| after)? ((?:\d+(?:\.\d+)? ?[dhms][a-z]*[, ]*(?:and )?)+)/i.exec(
      text,
    ) ?? []
  if (parts === undefined) return undefined
  let sumMs = 0
  for (const [, amount, unit] of parts.matchAll(/(\d+(?:\.\d+)?) ?([dhms])/gi)) {
    const each = Object.entries(unitMs).find(([name]) => name === unit?.toLowerCase())
    sumMs += Number(amount) * (each?.[1] ?? 0)
  }
  return sumMs > 0 ? now + sumMs : undefined
}

/** `resets 5pm (America/Los_Angeles)`, `try again at 2:57 PM`: the next such time, here where no zone is named. */
const hourIn = (text: string, now: number) => {
  const [, hour, minute = '0', half, zone] =
    /(?:resets?|again)(?: at)?:? (\d{1,2})(?::(\d\d))? ?([ap])\.?m\b\.?(?: \(([\w/+-]+)\))?/i.exec(text) ?? []
  if (hour === undefined || half === undefined) return undefined
  const wanted = ((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)) * 60 + Number(minute)
  const minuteNow = minuteOfDay(now, zone)
  const leftMinutes = (wanted - minuteNow + 24 * 60) % (24 * 60)
  return Math.floor(now / 60_000) * 60_000 + leftMinutes * 60_000
}

const minuteOfDay = (now: number, zone: string | undefined): number => {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone })
    const [hour, minute] = format.format(now).split(':').map(Number)
    return (hour ?? 0) * 60 + (minute ?? 0)
  } catch {
    return minuteOfDay(now, undefined)
  }
}
