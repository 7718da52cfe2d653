// Whether what is stored is what was sent: to the last character, or not at all.
import { isDeepStrictEqual } from 'node:util'

/** Remembers what was accepted, by the tags that the texts of each request carry. */
export const createLedger = () => {
  const accepted = new Map<string, Part[]>()
  return {
    /** A request with this tag was accepted. What is sent as a template also comes back with its variables replaced. */
    accept(tag: string, body: unknown, isTemplate = false) {
      // Nothing writes -0 as JSON: it comes back as the same number, without its sign.
      const sent = partsOf(JSON.parse(JSON.stringify(body)))
      accepted.set(tag, isTemplate ? sent.map(ofTemplate) : sent)
    },
    /**
     * The texts in `values` that carry a tag and that nobody sent so: changed, of a refused request, or from where no
     * operation looks; and what stands under a key with a tag, such as a number, where something else was sent.
     */
    foreign: (values: unknown): string[] =>
      partsOf(values)
        .filter((part) =>
          (part.text.match(tagPattern) ?? []).some(
            (tag) => !accepted.get(tag)?.some((sent) => sent.text.includes(tag) && isSame(part, sent)),
          ),
        )
        .map(({ text, value }) => JSON.stringify([text, value])),
  }
}

/** The n-th request's tag. */
export const tagOf = (n: number): string => `⟦${n}⟧`
/** Stands where nothing is read, and so must be found nowhere. */
export const strayTag = '⟦stray⟧'
const tagPattern = /⟦\w+⟧/g

/** A text in a value, or a key with what it leads to. */
interface Part {
  text: string
  value?: unknown
  /** What stands between the variables of a template. */
  pieces?: string[]
}

const partsOf = (value: unknown): Part[] => {
  if (typeof value === 'string') return [{ text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => [{ text: key, value: part }, ...partsOf(part)])
}

const ofTemplate = (part: Part): Part => ({ ...part, pieces: part.text.trim().split(/\{\{\w+\}\}/) })

const hasInOrder = (text: string, [first, ...rest]: readonly string[]): boolean => {
  if (first === undefined) return true
  const at = text.indexOf(first)
  return at >= 0 && hasInOrder(text.slice(at + first.length), rest)
}

/** A prompt has texts in it; names are stored without the space around them. */
const isSame = (part: Part, sent: Part): boolean =>
  'value' in part
    ? part.text === sent.text && isDeepStrictEqual(part.value, sent.value)
    : part.text.includes(sent.text.trim()) ||
      (sent.pieces !== undefined && hasInOrder(part.text, sent.pieces))

/** The texts and numbers in a value that cannot come back as they were sent. */
export const unkeepableIn = (value: unknown): unknown[] => {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap((entry) => entry.flatMap(unkeepableIn))
  if (typeof value === 'string') return value.includes('\0') || !isWellFormed(value) ? [value] : []
  if (typeof value !== 'number') return []
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? [] : [value]
}

const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text)
