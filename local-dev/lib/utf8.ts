/** The text of these bytes, without a byte order mark. Throws, with the name of what they are, where they are no UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array, name: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notUtf8(name)
  }
}

/** The same, piece by piece. */
export async function* decodeUtf8Stream(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (bytes?: Uint8Array) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw notUtf8(name)
    }
  }
  for await (const bytes of chunks) yield decode(bytes)
  yield decode()
}

const notUtf8 = (name: string) => new Error(`${name} is not UTF-8 text`)
