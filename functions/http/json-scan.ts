const [quote, backslash] = [0x22, 0x5c]

/** The index of the quote that ends the string of JSON which begins at `start`; the text's length if nothing ends it. */
export const endOfString = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === quote) return index
    index += code === backslash ? 2 : 1
  }
  return text.length
}
