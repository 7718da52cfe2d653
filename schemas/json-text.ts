/** Reads JSON. The error says where the text is wrong, but quotes nothing of it: it may hold a secret. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    const [position] = /position \d+/.exec(error instanceof Error ? error.message : '') ?? []
    throw new Error(position === undefined ? 'it is not valid JSON' : `it is not valid JSON (${position})`)
  }
}
