const backslash = 0x5c

/** The index of the quote that ends the string of JSON which begins at `start`; the text's length if nothing ends it. */
export const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (before > start && text.charCodeAt(before) === backslash) before--
    // Each backslash makes the next character one of the string.
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}
