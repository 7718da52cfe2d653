/** What a message that is too large to be read was about. */

export interface Envelope {
  id?: string | number | null
  method?: string
}

/** Of a key, or of a value that is kept: longer ones are not looked at. */
const maxTokenBytes = 1024

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c
const opening = new Set([0x7b, 0x5b])
const closing = new Set([0x7d, 0x5d])

/**
 * Finds `id` and `method` of a JSON object in its bytes, which come in pieces and are not kept. What is deeper in it does
 * not count; nothing is found where the text is no JSON.
 */
export const createEnvelopeScan = () => {
  const envelope: Envelope = {}
  let depth = 0
  let isInString = false
  let isEscaped = false
  let key: unknown
  /** What stands in the outermost object since its last `{`, `,` or `:`; undefined: it is too long, or holds more. */
  let token: number[] | undefined = []

  const endValue = () => {
    const value = parseToken(token)
    if (key === 'method' && typeof value === 'string') envelope.method = value
    if (key === 'id' && (value === null || typeof value === 'string' || typeof value === 'number'))
      envelope.id = value
    key = undefined
    token = []
  }

  const readStructure = (byte: number) => {
    if (byte === quote) isInString = true
    if (opening.has(byte)) token = ++depth === 1 ? [] : undefined
    else if (closing.has(byte) && --depth === 0) endValue()
    else if (depth === 1 && byte === comma) endValue()
    else if (depth === 1 && byte === colon) {
      key = parseToken(token)
      token = []
    } else if (depth === 1) keep(byte)
  }

  const keep = (byte: number) => {
    if (token && token.length < maxTokenBytes) token.push(byte)
    else token = undefined
  }

  return {
    write(bytes: Uint8Array): void {
      for (const byte of bytes) {
        if (!isInString) {
          readStructure(byte)
          continue
        }
        if (depth === 1) keep(byte)
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) isInString = false
      }
    },
    envelope,
  }
}

const parseToken = (token: number[] | undefined): unknown => {
  try {
    return token && JSON.parse(Buffer.from(token).toString('utf8'))
  } catch {
    return undefined
  }
}
