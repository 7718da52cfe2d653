/** What is parsed is not known until somebody has checked it: TypeScript's own declaration says `any`. */
interface JSON {
  parse(text: string, reviver?: (this: unknown, key: string, value: unknown) => unknown): unknown
}
