// Somebody's skill of the common format is dropped or misread, or one that was made to do harm holds the server up.
import { describe, expect, it } from 'vitest'
import { readSkill } from '../../functions/services/skills'
import { systemSkills } from '../../local-dev/content/skills'
import { readCommonSkill } from '../../local-dev/skills/common-skill'
import { createRandom } from '../random'

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

const read = async (text: string, id = 'pdf') => {
  const { manifest, instructions, notes } = readCommonSkill(id, text)
  return { ...manifest, instructions, notes }
}
const skill = (frontmatter: string, body = 'Do it.') => `---\n${frontmatter}\n---\n${body}`
const named = (more = '') => skill(`name: pdf\ndescription: About PDF.\n${more}`)

describe('a SKILL.md', () => {
  it('is a custom skill, with what follows the frontmatter as its instructions', async () => {
    const text = skill(
      'name: pdf\ndescription: >\n  Reads and\n  fills in PDF.\nlicense: MIT\nmetadata:\n  author: Ada\n  version: "2.1.0"\nallowed-tools: Bash(pdftotext *)',
      '\n \t\n\n# PDF\n\n---\n\nRead it.\n',
    )
    expect(await read(text)).toEqual({
      name: 'pdf',
      description: 'Reads and fills in PDF.',
      version: '2.1.0',
      type: 'custom',
      license: 'MIT',
      instructions: '# PDF\n\n---\n\nRead it.\n',
      notes: [],
    })
  })

  it('needs name and description only, and no text', async () => {
    expect(await read('---\nname: pdf\ndescription: d\n---')).toMatchObject({
      version: '0.0.0',
      instructions: '',
      notes: [],
    })
  })

  it('may have the line ends of Windows, which stay in the text', async () => {
    const text =
      '---\r\nname: pdf\r\ndescription: d\r\nmetadata:\r\n  version: 1.0\r\n---\r\n\r\nOne.\r\nTwo.\r\n'
    expect(await read(text)).toMatchObject({
      name: 'pdf',
      description: 'd',
      version: '1.0.0',
      instructions: 'One.\r\nTwo.\r\n',
    })
  })

  it.each([
    ['1.0', '1.0.0'],
    ['"1.0"', '1.0.0'],
    ['1', '1.0.0'],
    ['1.10', '1.10.0'],
    ['0.30', '0.30.0'],
    ['v2.3', '2.3.0'],
    ['1.2.3', '1.2.3'],
    ['2024.01.05', '2024.1.5'],
    ['1.0-rc.1', '1.0.0-rc.1'],
    ['1.2.3+build.5', '1.2.3+build.5'],
    ['9007199254740993', '9007199254740993.0.0'],
    ['~', '0.0.0'],
    ['', '0.0.0'],
  ])('with the version %s has the version %s', async (said, version) => {
    expect(await read(named(`metadata:\n  version: ${said}`))).toMatchObject({ version, notes: [] })
  })

  it.each(['beta', '2024-01-05', '1e3', '0x10', '1.2.3.4', '-1', '1.0-', 'true', '.inf', "''"])(
    'with the version %s, which is none, says so and is version 0.0.0',
    async (said) => {
      expect(await read(named(`metadata: { version: ${said} }`))).toMatchObject({
        version: '0.0.0',
        notes: [expect.stringMatching(/^its version is ".*", and not like 1\.0\.0/)],
      })
    },
  )

  it.each(['version: [1]', 'version: {a: 1}', '[version, 1.0]', 'none', '3'])(
    'with metadata that are something else is a skill without a version: %s',
    async (metadata) => {
      expect(await read(named(`metadata:\n  ${metadata}`))).toMatchObject({ version: '0.0.0', notes: [] })
    },
  )

  it.each([
    ['2024', '2024'],
    ['2024-01-05', '2024-01-05'],
    ['1.50', '1.50'],
    ['true', 'true'],
    ['0x1F', '0x1F'],
    ['"a: b"', 'a: b'],
    ['&anchor pdf', 'pdf'],
    ['!!str 12', '12'],
    ['!unknown x', 'x'],
    ['__proto__', '__proto__'],
  ])('whose name is written %s is called so', async (said, name) => {
    expect(await read(skill(`name: ${said}\ndescription: ${said}`), name)).toMatchObject({
      name,
      description: name,
      notes: [],
    })
  })

  it('may say one thing by an alias of another', async () => {
    const text = skill('name: &n pdf\ndescription: *n\nmetadata: &m\n  version: &v 1.5\nlicense: *v')
    expect(await read(text)).toMatchObject({ description: 'pdf', version: '1.5.0', license: '1.5' })
  })

  it('whose name is not that of its folder, or who talks too much, is told of, and is a skill', async () => {
    const long = 'x'.repeat(65)
    expect(await read(skill(`name: ${long}\ndescription: ${'d'.repeat(1025)}`))).toMatchObject({
      name: long,
      notes: [
        `its name is "${long}", and its folder’s is not`,
        'its name has 65 characters; other programs take 64 at most',
        'its description has 1025 characters; other programs take 1024 at most',
      ],
    })
  })

  it('has no more to do with the keys of objects than with others', async () => {
    const keys = 'constructor: 1\n__proto__: { name: evil }\ntoString: x\nhasOwnProperty: y'
    expect(await read(named(keys))).toMatchObject({ name: 'pdf', notes: [] })
    expect(Object.hasOwn(Object.prototype, 'name')).toBe(false)
    await expect(read(skill('__proto__: { name: evil, description: evil }'))).rejects.toThrow(/has no name/)
  })
})

describe('a SKILL.md that cannot be used says why', () => {
  const bomb = ['a0: &a0 [x, x]', ...many(30, (n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)].join('\n')
  it.each([
    ['is empty', '', /does not begin with frontmatter/],
    ['is plain Markdown', '# PDF\n', /does not begin with frontmatter/],
    ['begins with a blank line', `\n${named()}`, /does not begin with frontmatter/],
    ['begins with a rule that is no frontmatter', '----\nname: a\n---\n', /does not begin with frontmatter/],
    ['never closes it', '---\nname: pdf\ndescription: d\n', /not closed/],
    ['closes it within a line', '---\nname: pdf ---\ndescription: d', /not closed/],
    ['says nothing', '---\n---\n', /holds no keys/],
    ['says a list', skill('- name: pdf'), /holds no keys/],
    ['says a text', skill('pdf'), /holds no keys/],
    ['has no name', skill('description: d'), /has no name/],
    ['has a blank name', skill('name: " "\ndescription: d'), /has no name/],
    ['has null for a name', skill('name: null\ndescription: d'), /has no name/],
    ['has nothing for a name', skill('name:\ndescription: d'), /has no name/],
    ['has no description', skill('name: pdf'), /has no description/],
    ['has a list for a name', skill('name: [a]\ndescription: d'), /name is no text/],
    ['has a mapping for a description', skill('name: pdf\ndescription: {a: b}'), /description is no text/],
    ['says a key twice', skill('name: pdf\nname: other\ndescription: d'), /Map keys must be unique/],
    ['holds two documents', skill('name: pdf\n...\ndescription: d'), /valid YAML/],
    ['has an unquoted colon', skill('name: pdf\ndescription: Use: often'), /stands in quotes/],
    ['is indented by tabs', skill('name: pdf\nmetadata:\n\tversion: 1'), /valid YAML/],
    ['has an alias of nothing', skill('name: *none\ndescription: d'), /SKILL\.md cannot be used/],
    ['has an alias of itself', skill('name: &a [*a]\ndescription: d'), /name is no text/],
    ['has frontmatter without end', skill(`name: pdf\ndescription: ${'d'.repeat(20_000)}`), /longer than/],
    ['is nested without end', skill(`name: ${'['.repeat(8000)}`), /nested more than 50 levels deep/],
    ['is nested by keys', skill('{a: '.repeat(2000)), /nested more than 50 levels deep/],
    ['is nested by lines', skill(many(60, (n) => `${' '.repeat(n)}a:`).join('\n')), /nested more than 50/],
    ['is nested in a list', skill(`a:\n ${'- '.repeat(60)}`), /nested more than 50 levels deep/],
    ['is a bomb of aliases', skill(`${bomb}\nname: *a30\ndescription: d`), /name is no text/],
    ['is a bomb beside', skill(`${bomb}\ndescription: d`), /has no name/],
    ['is a program', '\u007fELF\0\0\0', /no text/],
    ['holds U+0000', named('x: "\0"'), /no text/],
  ])('because it %s', async (_, text, why) => {
    await expect(read(text)).rejects.toThrow(why)
    await expect(read(text)).rejects.toThrow(/^SKILL\.md [^\n]{1,300}$/)
  })

  it('within milliseconds of keys that are all compared with one another', async () => {
    const keys = many(1200, (n) => `k${n}:`).join('\n')
    expect(await read(named(keys))).toMatchObject({ name: 'pdf' })
  })
})

it('whatever somebody writes is a skill or a sentence that says why not', async () => {
  const pieces = [
    ...[
      '---\n',
      '---',
      '\r\n',
      '\n',
      ' ',
      '\t',
      ': ',
      '- ',
      '"',
      "'",
      '|',
      '>',
      '&a ',
      '*a',
      '!!',
      '{',
      '}',
      '[',
      ']',
    ],
    ...[
      'name: ',
      'description: ',
      'metadata:\n',
      '  version: ',
      '1.0',
      'pdf',
      '#',
      '%YAML 1.1\n',
      '? ',
      '...\n',
      '🎼',
      '\u2028',
    ],
  ]
  const random = createRandom('whatever somebody writes')
  const int = (end: number) => Math.floor(random() * end)
  const pick = (from: readonly string[]) => from[int(from.length)] ?? ''
  for (let round = 0; round < 300; round++) {
    const start = pick([
      '---\n',
      '---\nname: pdf\ndescription: d\n',
      '---\r\nname: pdf\r\ndescription: d\r\nmetadata:\r\n',
    ])
    const text = start + many(int(30), () => pick(pieces)).join('') + pick(['\n---\nText', '\n---\n', ''])
    const told = await read(text).then(
      ({ instructions, ...manifest }) => readSkill('pdf', JSON.stringify(manifest), instructions).type,
      (error: Error) => error.message,
    )
    expect(told, JSON.stringify(text)).toMatch(/^(custom|SKILL\.md [^\n]+)$/)
  }
})

describe('the skills that are shipped', () => {
  it.each(systemSkills.map((skill) => [skill.id, skill] as const))(
    '%s says the same in both formats, and nothing is odd about it',
    async (id, { files, common }) => {
      const {
        type: _,
        version,
        name,
        description,
        instructions,
      } = readSkill(id, files['manifest.json'], files['skill.md'])
      expect(await read(common['SKILL.md'], id)).toEqual({
        ...{ name, version, description, instructions, type: 'custom', license: 'MIT', notes: [] },
      })
    },
  )
})
