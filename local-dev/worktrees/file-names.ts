/**
 * Names of files as git gives them: bytes. Inside they are texts with a character for each byte, so that none is lost;
 * `shown` is what they say.
 */

/** The fields of an output that was asked for with `-z`, byte by byte. */
export const bytesFieldsOf = (output: Buffer): string[] => {
  const fields = output.toString('latin1').split('\0')
  if (fields.at(-1) === '') fields.pop()
  return fields
}

/** For calls that take a path. */
const bytesOf = (name: string): Buffer => Buffer.from(name, 'latin1')

/** The same of one in a directory. */
export const pathIn = (directory: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), bytesOf(name)])

/** As UTF-8; what is none in it is replaced. */
export const shown = (name: string): string => bytesOf(name).toString('utf8')

/** What stands for a text. */
export const nameOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** Whether its text stands for it, so that it can be given to a program. */
export const isText = (name: string): boolean => nameOf(shown(name)) === name

const maxNamed = 10

/** For a line or a sentence: its text, quoted where that holds more than plain characters. */
export const shownOnOneLine = (text: string): string =>
  /^[^\p{C}",]+$/u.test(text) && text.trim() === text ? text : JSON.stringify(text)

/** For a sentence: the first of them. */
export const listedNames = (names: readonly string[], max = maxNamed): string => {
  const listed = names.slice(0, max).map((name) => shownOnOneLine(shown(name)))
  return names.length > max ? `${listed.join(', ')} and ${names.length - max} more` : listed.join(', ')
}
