/** The command line of an agent, as a person writes it into `--agent` or MAESTRO_AGENT. No shell runs it. */

/**
 * Takes a command line apart as a shell would: blanks divide, '…' keeps everything, "…" keeps all but `\"` and
 * `\\`, and outside of quotes `\` keeps the next character. Nothing is expanded. Throws if a quote is not closed.
 */
export const splitWords = (line: string): string[] => {
  const words: string[] = []
  let word: string | undefined
  for (const [token] of line.matchAll(/'[^']*'|"(?:\\.|[^"\\])*"|\\.|\s+|[^\s'"\\]+|./gs)) {
    if (/^['"\\]$/.test(token)) throw new Error(`${token} is not closed in: ${line}`)
    if (/^\s/.test(token)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + unquoted(token)
  }
  return word === undefined ? words : [...words, word]
}

const unquoted = (token: string): string => {
  if (token.startsWith("'")) return token.slice(1, -1)
  if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(["\\])/g, '$1')
  return token.startsWith('\\') ? token.slice(1) : token
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
