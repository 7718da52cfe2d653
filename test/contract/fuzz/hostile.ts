// What careless and hostile callers send: texts, numbers and bytes that are wrong, or right and yet mishandled somewhere.
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** Good Unicode: each is to be kept to the last character, or refused. */
const oddTexts = [
  '\ufeffafter a byte order mark',
  '\u202egpj.exe\u2066',
  'שלום، 你好',
  'e\u0301 is not \u00e9',
  '👩‍👩‍👧‍👦\u{10ffff}\uffff',
  '\u0001\u001b[31m\u007f\u0085\u2028\u2029\r\n\t',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '..\\..\\NUL',
  'a/%2e%2e/%00/b',
  '--help',
  '-rf',
  '$(id) `id` ;|&',
  '$& $1 $$',
  '{{PROJECT_NAME}} {{',
  '</script><!--',
  "'; drop table documents --",
  'null',
  'a:b*?"<>|',
  ' surrounded by space ',
  'x'.repeat(3000),
  '𝕏'.repeat(1500),
]

export const oddText: fc.Arbitrary<string> = fc.constantFrom(...oddTexts)

/** What no text may hold: it would come back otherwise than it was sent, or no program could be called with it. */
export const badText: fc.Arbitrary<string> = fc.constantFrom(
  'nul \0',
  '\ud800',
  'low \udfff first',
  '\udc00\ud83d',
)

/** As they stand in JSON, or, some of them, cannot. */
const numbers = [
  ...['1e400', '-1e400', '1E+309', '-0', '0e0', '-0.0', '1e-400', '5e-324', '0.1e1', '2.50'],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740993', '1e17', '123456789e9'],
  ...['9'.repeat(400), `0.${'3'.repeat(400)}`, '12345678901234567.5', '4294967296', '-2147483649', '1e15'],
  ...['NaN', 'Infinity', '-Infinity', '0x10', '01', '1.', '.5', '+1', '1n', '1_000'],
]

/** Stands, as a text, for a number that JSON.stringify would not write. */
export const oddNumber: fc.Arbitrary<string> = fc
  .nat({ max: numbers.length - 1 })
  .map((place) => `@number/${place}@`)

/** Puts the numbers themselves in the place of what stands for them. */
export const writeNumbers = (json: string): string =>
  json.replace(/"@number\/(\d+)@"/g, (_, place: string) => numbers[Number(place)] ?? '0')

/** The bytes stand within the first text of a body. */
const withBytes = (text: string, bytes: number[]) => {
  const [before = '', after] = text.split(/(?<=":")/, 2)
  const rest = after === undefined ? '' : text.slice(before.length)
  return Buffer.concat([Buffer.from(before), Buffer.from(rest === '' ? [] : bytes), Buffer.from(rest)])
}

/** How a body is put on the wire. */
export const forms = {
  plain: (text) => Buffer.from(text),
  marked: (text) => Buffer.from(`\ufeff${text}`),
  latin1: (text) => withBytes(text, [0x63, 0x61, 0x66, 0xe9]),
  overlong: (text) => withBytes(text, [0xc0, 0xaf]),
  surrogate: (text) => withBytes(text, [0xed, 0xa0, 0x80]),
  utf16: (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  gzip: (text) => gzipSync(text),
  cut: (text) => Buffer.from(text).subarray(0, -2),
  tooLarge: (text) => Buffer.from(text.padEnd(maxBodyBytes + 1)),
  asLargeAsCanBe: (text) => Buffer.concat([Buffer.from(text), Buffer.alloc(maxBodyBytes, ' ')], maxBodyBytes),
} satisfies Record<string, (text: string) => Buffer>

export type Form = keyof typeof forms

/** `MAX_BODY_BYTES` of the server that is asked. */
export const maxBodyBytes = 64 * 1024

export const form: fc.Arbitrary<Form> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Form>('plain') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Form>('marked', 'latin1', 'utf16', 'gzip', 'cut', 'overlong', 'surrogate'),
  },
  { weight: 1, arbitrary: fc.constantFrom<Form>('tooLarge', 'asLargeAsCanBe') },
)
