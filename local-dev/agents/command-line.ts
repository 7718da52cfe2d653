/** The command line of an agent, as a person writes it into `--agent` or MAESTRO_AGENT. No shell runs it. */

/**
 * Takes a command line apart as a shell would: blanks divide, '…' keeps everything, "…" keeps all but `\"` and
 * `\\`, and outside of quotes `\` keeps the next character. Nothing is expanded. Throws if a quote is not closed.
 */
export const splitWords = (line: string): string[] => {
  const words: string[] = []
  let word: string | undefined
  for (const [piece] of line.matchAll(/'[^']*'|"(?:\\.|[^"\\])*"|\\.|\s+|[^\s'"\\]+|./gs)) {
    if (/^['"\\]$/.test(piece)) throw new Error(`${piece} is not closed in: ${line}`)
    if (/^\s/.test(piece)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + unquoted(piece)
  }
  return word === undefined ? words : [...words, word]
}

const unquoted = (piece: string): string => {
  if (piece.startsWith("'")) return piece.slice(1, -1)
  if (piece.startsWith('"')) return piece.slice(1, -1).replace(/\\(["\\])/g, '$1')
  return piece.startsWith('\\') ? piece.slice(1) : piece
}

const placeholder = /\{(prompt|promptFile)\}/g

export const hasPlaceholder = (line: string): boolean => line.search(placeholder) >= 0

/** Puts the prompt, or the path of the file with the prompt, into each word that asks for it. */
export const fillWords = (
  words: readonly string[],
  values: { prompt: string; promptFile: string },
): string[] =>
  words.map((word) =>
    word.replace(placeholder, (_, name) => (name === 'prompt' ? values.prompt : values.promptFile)),
  )
