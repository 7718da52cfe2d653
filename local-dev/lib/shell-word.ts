/** A text as one word of a shell, in quotes, whatever is in it. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A text as one word of a shell: in quotes only where it needs them, as `A=b` does in the first place. */
export const shellWord = (text: string): string => (/^[\w./:,@%+-]+$/.test(text) ? text : shellQuote(text))
