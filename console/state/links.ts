/** Finds what is a link in a text. Pure. */

export interface TextPart {
  text: string
  isLink: boolean
}

const address = /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}]/g

/** The text in parts; joined, they are the text. Only `http` and `https` are links. */
export const linkedParts = (text: string): TextPart[] => {
  const parts: TextPart[] = []
  let end = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    if (index > end) parts.push({ text: text.slice(end, index), isLink: false })
    parts.push({ text: found, isLink: URL.canParse(found) })
    end = index + found.length
  }
  if (end < text.length) parts.push({ text: text.slice(end), isLink: false })
  return parts
}
