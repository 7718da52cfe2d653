/** YAML frontmatter: what a Markdown file says of itself, between two lines of `---` at its beginning. */
import { type Document, isAlias, isMap, isScalar, Lexer, Parser, parseDocument } from 'yaml'

export interface Frontmatter {
  /**
   * The text at a key, or at a key of the mapping at that, and so on. A number or a date is the text that it is written as: `1.0`
   * stays that. Undefined where nothing is said. Throws where it is a list or a mapping.
   */
  text(...path: string[]): string | undefined
  /** What comes after it, without leading blank lines. */
  body: string
}

/** The time that duplicate keys are looked for in grows with the square of their number: here it is 0.1 s at most. */
const maxCharacters = 8 * 1024

/** The library calls itself for each level: of some hundreds, Node 20 ends the whole process where the stack is full. */
const maxDepth = 50

/** Throws an error that says in one sentence what is wrong with it. */
export const readFrontmatter = (text: string): Frontmatter => {
  const [opening] = /^---[ \t]*\r?\n/.exec(text) ?? []
  if (opening === undefined) throw new Error('it does not begin with frontmatter, which a line --- opens')
  const closing = /(?:^|\n)---[ \t]*(?:\r?\n|$)/.exec(text.slice(opening.length))
  if (!closing) throw new Error('its frontmatter is not closed: a line --- is missing')
  const end = opening.length + closing.index
  if (end > maxCharacters) throw new Error(`its frontmatter is longer than ${maxCharacters} characters`)
  return {
    // The opening line begins a document in YAML too, so that lines are counted as in the file.
    text: textsOf(parse(text.slice(0, end))),
    body: text.slice(end + closing[0].length).replace(/^(?:[ \t]*\r?\n)+/, ''),
  }
}

const parse = (text: string): Document.Parsed => {
  requireShallow(text)
  const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: true })
  const [error] = document.errors
  if (error) throw new Error(`its frontmatter is not valid YAML: ${firstLine(error.message)}`)
  return document
}

/** Its parser, which comes before what calls itself, has a stack of its own. */
const requireShallow = (text: string): void => {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    // What it has made so far is not wanted, but is made only when it is asked for.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > maxDepth)
      throw new Error(`its frontmatter is nested more than ${maxDepth} levels deep`)
  }
}

/** The lines after it show the place. */
const firstLine = (message: string): string =>
  message.split('\n', 1).join('').replace(/:$/, '') +
  (/compact mappings/.test(message) ? '; a text that holds ": " stands in quotes' : '')

/**
 * Only what is asked for is looked at: an alias is followed to its anchor, and nothing is ever put together that aliases
 * repeat. Keys are compared with those that are written there, so that none is one of an object's own.
 */
const textsOf = (document: Document.Parsed): Frontmatter['text'] => {
  if (!isMap(document.contents)) throw new Error('its frontmatter holds no keys')

  const valueAt = (map: unknown, key: string): unknown => {
    const value = isMap(map) ? map.get(key, true) : undefined
    return isAlias(value) ? value.resolve(document) : value
  }

  return (...path) => {
    let value: unknown = document.contents
    for (const key of path) value = valueAt(value, key)
    if (value === undefined) return undefined
    if (!isScalar(value)) throw new Error(`${path.join('.')} is no text`)
    if (value.value === null) return undefined
    return typeof value.value === 'string' ? value.value : value.source
  }
}
