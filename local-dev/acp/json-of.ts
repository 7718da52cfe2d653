/** As JSON; empty where there is nothing, or where it is too deep for that. */
export const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}
