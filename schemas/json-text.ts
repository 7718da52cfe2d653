/** What Notepad and PowerShell put before a text that they save as UTF-8. It is no part of it. */
export const withoutByteOrderMark = (text: string): string =>
  text.charCodeAt(0) === 0xfeff ? text.slice(1) : text

/** Reads JSON, also after a byte order mark. The error says where the text is wrong, but quotes nothing of it: it may hold a secret. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(withoutByteOrderMark(text))
  } catch (error) {
    const [position] = /position \d+/.exec(error instanceof Error ? error.message : '') ?? []
    throw new Error(position === undefined ? 'it is not valid JSON' : `it is not valid JSON (${position})`)
  }
}

/**
 * Reads JSON that was checked when it was written, by this program or by the server that sent it, as the type that it
 * was written as. It is not checked again: a document is read thousands of times a second.
 */
export const parseTrusted = <T>(text: string): T => {
  const value: unknown = JSON.parse(text)
  if (isTrusted<T>(value)) return value
  throw new Error('it is not what was written')
}

/** The only place where a value gets its type without being looked at. */
const isTrusted = <T>(value: unknown): value is T => value !== undefined
