/** What is kept of what an agent writes beside its messages, for whoever asks why it did not start. */

const maxNoiseLines = 20
const maxWordsLength = 400
const maxLines = 3

/** Hands each line on, and keeps the last ones. */
export const keepNoise = (onNoise: (text: string) => void) => {
  const lines: string[] = []
  return {
    add(text: string): void {
      lines.push(text)
      if (lines.length > maxNoiseLines) lines.shift()
      onNoise(text)
    },
    text: (): string => lines.join('\n'),
  }
}

/** Where a program died, which says nothing about why: frames of a stack, what Node adds, brackets and arrows. */
const isTrace = (line: string) =>
  /^\s*(at .+[:)]\S*$|Node\.js v\d|[\s{}[\]()^~|;,]*$|node:internal)/.test(line)

/** The last lines that may say why: of the first of these texts that has any. On one line, empty if there are none. */
export const lastWords = (texts: readonly string[]): string => {
  for (const text of texts) {
    const lines = text.split(/\r?\n/).filter((line) => !isTrace(line))
    const words = lines
      .slice(-maxLines)
      .map((line) => line.trim())
      .join(' · ')
    if (words !== '') return words.length > maxWordsLength ? `…${words.slice(-maxWordsLength)}` : words
  }
  return ''
}
