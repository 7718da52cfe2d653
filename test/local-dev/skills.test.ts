// The folder reader by itself, with a clock of its own: what is old enough is kept in memory, the rest is not.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../functions/services/log'
import { folderSkills } from '../../local-dev/skills/skills'

let root: string
let directory: string
let warnings: { folder: string; problem: string }[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maestro-skills-'))
  directory = join(root, 'skills')
  warnings = []
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields) => {
    if (typeof fields === 'object' && 'folder' in fields && 'problem' in fields)
      warnings.push({ folder: String(fields.folder), problem: String(fields.problem) })
  },
  error: () => {},
  child: () => log,
}

const write = (path: string, text: string) => {
  const file = join(directory, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const manifest = (fields: object = {}) =>
  JSON.stringify({ name: 'n', version: '1.0.0', description: 'd', ...fields })

const justNow = () => Date.now()
/** To this clock, everything that is on disk was written long ago. */
const muchLater = () => Date.now() + 60_000

it('that was saved with a byte order mark is the same skill', async () => {
  write('a/manifest.json', `\ufeff${manifest()}`)
  write('a/skill.md', '\ufeffDo it.')
  expect(await folderSkills(directory, log, justNow).get('a')).toMatchObject({
    name: 'n',
    instructions: 'Do it.',
  })
  expect(warnings).toEqual([])
})

describe.each([
  ['just written', justNow],
  ['kept in memory', muchLater],
])('a skill that is %s', (_, clock) => {
  it('is read again when its manifest changes', async () => {
    const skills = folderSkills(directory, log, clock)
    write('a/manifest.json', manifest({ description: 'one' }))
    expect(await skills.get('a')).toMatchObject({ description: 'one', instructions: '' })
    write('a/manifest.json', manifest({ description: 'another' }))
    expect(await skills.get('a')).toMatchObject({ description: 'another' })
    expect(await skills.list()).toMatchObject([{ description: 'another' }])
  })

  it('is read again when skill.md comes, changes, is replaced and goes', async () => {
    const skills = folderSkills(directory, log, clock)
    const text = async () => (await skills.get('a')).instructions
    write('a/manifest.json', manifest())
    expect(await text()).toBe('')
    write('a/skill.md', 'one')
    expect(await text()).toBe('one')
    write('a/skill.md', 'longer')
    expect(await text()).toBe('longer')
    write('a/draft', 'biggest')
    renameSync(join(directory, 'a/draft'), join(directory, 'a/skill.md'))
    expect(await text()).toBe('biggest')
    rmSync(join(directory, 'a/skill.md'))
    expect(await text()).toBe('')
  })

  it('is gone when its folder is, and there again when that is', async () => {
    const skills = folderSkills(directory, log, clock)
    expect(await skills.list()).toEqual([])
    write('a/manifest.json', manifest())
    expect(await skills.list()).toHaveLength(1)
    rmSync(directory, { recursive: true })
    expect(await skills.list()).toEqual([])
    await expect(skills.get('a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    write('a/manifest.json', manifest())
    expect(await skills.get('a')).toMatchObject({ id: 'a' })
  })

  it('is broken while its manifest is, and whole again afterwards', async () => {
    const skills = folderSkills(directory, log, clock)
    write('a/manifest.json', manifest())
    await skills.get('a')
    write('a/manifest.json', '{"name"')
    await expect(skills.get('a')).rejects.toMatchObject({ code: 'SKILL_LOAD_ERROR' })
    await expect(skills.reload?.('a')).rejects.toMatchObject({ code: 'SKILL_LOAD_ERROR' })
    expect(await skills.list()).toEqual([])
    write('a/manifest.json', manifest({ version: '2.0.0' }))
    expect(await skills.get('a')).toMatchObject({ version: '2.0.0' })
    expect(await skills.reload?.('a')).toMatchObject({ version: '2.0.0' })
  })

  it('does not change in what somebody got before', async () => {
    const skills = folderSkills(directory, log, clock)
    write('a/manifest.json', manifest())
    const before = await skills.get('a')
    write('a/manifest.json', manifest({ description: 'another' }))
    await skills.get('a')
    expect(before.description).toBe('d')
  })
})

const common = (more = '', body = 'Do it.') => `---\nname: a\ndescription: d\n${more}---\n\n${body}`

describe('a skill of the common format', () => {
  it('is read where there is no manifest, byte order mark and all', async () => {
    write('a/SKILL.md', `\ufeff${common('metadata: { version: 1.0 }\n')}`)
    const skills = folderSkills(directory, log, justNow)
    expect(await skills.get('a')).toEqual({
      ...{ id: 'a', name: 'a', description: 'd', type: 'custom', version: '1.0.0', instructions: 'Do it.' },
      ...{ capabilities: [], dependencies: [], assignTo: [] },
    })
    expect(await skills.leftOut()).toEqual([])
    expect(warnings).toEqual([])
  })

  it.each([justNow, muchLater])(
    'is told with its scripts and references, as soon as they are there',
    async (clock) => {
      const skills = folderSkills(directory, log, clock)
      write('a/SKILL.md', common())
      expect((await skills.get('a')).folders).toBeUndefined()
      write('a/references/more.md', 'x')
      write('a/scripts', 'a file')
      expect(await skills.get('a')).toMatchObject({ folders: [join(directory, 'a/references')] })
      rmSync(join(directory, 'a/scripts'))
      write('a/scripts/run.sh', 'x')
      const folders = [join(directory, 'a/scripts'), join(directory, 'a/references')]
      expect(await skills.list()).toMatchObject([{ folders }])
    },
  )

  it('gives way to a manifest.json, also to one that is broken', async () => {
    const skills = folderSkills(directory, log, justNow)
    write('a/SKILL.md', common())
    write('a/manifest.json', manifest())
    expect(await skills.get('a')).toMatchObject({ name: 'n', type: 'system', instructions: '' })
    write('a/manifest.json', '{')
    expect(await skills.list()).toEqual([])
    await expect(skills.get('a')).rejects.toMatchObject({ code: 'SKILL_LOAD_ERROR' })
    rmSync(join(directory, 'a/manifest.json'))
    symlinkSync('nowhere', join(directory, 'a/manifest.json'))
    await expect(skills.get('a')).rejects.toMatchObject({ code: 'SKILL_LOAD_ERROR' })
    rmSync(join(directory, 'a/manifest.json'))
    expect(await skills.get('a')).toMatchObject({ name: 'a', instructions: 'Do it.' })
  })

  it('with another name than its folder is there, and that is logged once', async () => {
    const skills = folderSkills(directory, log, muchLater)
    write('other/SKILL.md', common())
    for (let times = 0; times < 3; times++)
      expect(await skills.list()).toMatchObject([{ id: 'other', name: 'a' }])
    expect(await skills.leftOut()).toEqual([])
    const problem = expect.stringMatching(/^its name is "a", and its folder/)
    expect(warnings).toEqual([{ folder: join(directory, 'other'), problem }])
  })
})

describe('a skill that changes faster than a file system’s clock ticks', () => {
  it('is never told as it was, though length and times of its files are the same', async () => {
    const skills = folderSkills(directory, log, justNow)
    for (let round = 100; round < 200; round++) {
      write('a/manifest.json', manifest({ description: `round ${round}` }))
      expect(await skills.get('a')).toMatchObject({ description: `round ${round}` })
    }
  })
})

describe('skills that are named', () => {
  it.each([justNow, muchLater])('are found, and only they are looked at', async (clock) => {
    write('a/manifest.json', manifest())
    write('b/manifest.json', manifest())
    write('broken/manifest.json', '{')
    write('other/manifest.json', '{')
    const skills = folderSkills(directory, log, clock)
    const idsOf = async (...ids: string[]) => [...(await skills.named(ids)).keys()].sort()
    for (let times = 0; times < 3; times++)
      expect(await idsOf('b', 'broken', 'gone', 'a', 'b', '../skills/a', '.', '..', '', 'A')).toEqual([
        'a',
        'b',
      ])
    expect(warnings).toEqual([
      { folder: join(directory, 'broken'), problem: expect.stringMatching(/not valid JSON/) },
    ])
    write('broken/manifest.json', manifest())
    rmSync(join(directory, 'a'), { recursive: true })
    expect(await idsOf('a', 'b', 'broken')).toEqual(['b', 'broken'])
  })

  it('are followed by no link that leads out, which is said', async () => {
    mkdirSync(join(root, 'outside'))
    writeFileSync(join(root, 'outside/manifest.json'), manifest())
    write('a/manifest.json', manifest())
    symlinkSync('../outside', join(directory, 'out'))
    symlinkSync('a', join(directory, 'within'))
    const found = await folderSkills(directory, log, justNow).named(['out', 'within'])
    expect([...found.keys()]).toEqual(['within'])
    expect(warnings).toEqual([
      { folder: join(directory, 'out'), problem: expect.stringMatching(/a link that leads out/) },
    ])
  })

  it('are none where the directory cannot be read, and the log says why', async () => {
    expect(await folderSkills(directory, log, justNow).named(['a'])).toEqual(new Map())
    expect(warnings).toEqual([])
    writeFileSync(directory, 'a file')
    const loop = join(root, 'loop')
    symlinkSync('loop', loop)
    expect(await folderSkills(loop, log, justNow).named(['a'])).toEqual(new Map())
    expect(warnings).toEqual([{ folder: loop, problem: expect.stringMatching(/ELOOP/) }])
  })
})

describe('what is wrong with a skill', () => {
  it('is logged once, however often skills are listed, and again when it is something else', async () => {
    const skills = folderSkills(directory, log, justNow)
    write('broken/manifest.json', '{')
    write('good/manifest.json', manifest())
    for (let times = 0; times < 3; times++) expect(await skills.list()).toHaveLength(1)
    expect(warnings).toEqual([
      { folder: join(directory, 'broken'), problem: expect.stringMatching(/not valid JSON/) },
    ])
    write('broken/manifest.json', '{}')
    for (let times = 0; times < 3; times++) await skills.list()
    expect(warnings).toHaveLength(2)
    expect(warnings[1]?.problem).toMatch(/name is required/)
    write('broken/manifest.json', manifest())
    expect(await skills.list()).toHaveLength(2)
    write('broken/manifest.json', '{}')
    await skills.list()
    expect(warnings).toHaveLength(3)
  })

  it.each([justNow, muchLater])(
    'is listed, with the folder and the reason, until it is mended',
    async (clock) => {
      const skills = folderSkills(directory, log, clock)
      write('good/SKILL.md', common())
      write('latin/SKILL.md', '')
      writeFileSync(join(directory, 'latin/SKILL.md'), Buffer.from(common('', 'Stra\xdfe'), 'latin1'))
      write('nameless/SKILL.md', '---\ndescription: d\n---\n')
      write('my skill/SKILL.md', common())
      write('.hidden/SKILL.md', '')
      write('no skill/readme.md', '')
      write('large/SKILL.md', common('', 'x'.repeat(1024 * 1024)))
      write('folder/SKILL.md/x', '')
      mkdirSync(join(root, 'outside'))
      write('out/SKILL.md', common())
      symlinkSync('../../outside', join(directory, 'out/scripts'))
      expect((await skills.leftOut()).toSorted((a, b) => (a.folder < b.folder ? -1 : 1))).toEqual([
        { folder: 'folder', reason: expect.stringMatching(/SKILL\.md is not a file/) },
        { folder: 'large', reason: expect.stringMatching(/SKILL\.md is larger than 1048576 bytes/) },
        { folder: 'latin', reason: expect.stringMatching(/SKILL\.md is not UTF-8 text/) },
        { folder: 'my skill', reason: expect.stringMatching(/its name cannot be an id/) },
        { folder: 'nameless', reason: expect.stringMatching(/its frontmatter has no name/) },
        { folder: 'out', reason: expect.stringMatching(/a link that leads out/) },
      ])
      expect((await skills.list()).map(({ id }) => id)).toEqual(['good'])
      expect(warnings).toHaveLength(6 + 1)
      for (const name of ['folder', 'large', 'latin', 'my skill', 'out'])
        rmSync(join(directory, name), { recursive: true })
      write('nameless/SKILL.md', '---\nname: nameless\ndescription: d\n---\n')
      expect(await skills.leftOut()).toEqual([])
    },
  )

  it('is not asked of folders without a manifest, nor of files', async () => {
    write('empty/readme.txt', 'x')
    write('a-file', 'x')
    const skills = folderSkills(directory, log, justNow)
    expect(await skills.list()).toEqual([])
    for (const id of ['empty', 'a-file'])
      await expect(skills.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(warnings).toEqual([])
  })

  it('is said when a link leads out, and then it is not a skill at all', async () => {
    mkdirSync(join(root, 'outside'))
    writeFileSync(join(root, 'outside/manifest.json'), manifest())
    mkdirSync(directory)
    symlinkSync('../outside', join(directory, 'out'))
    const skills = folderSkills(directory, log, justNow)
    for (let times = 0; times < 3; times++) expect(await skills.list()).toEqual([])
    await expect(skills.get('out')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(warnings).toEqual([
      { folder: join(directory, 'out'), problem: expect.stringMatching(/a link that leads out/) },
    ])
  })

  it('is the directory, when that is none: the list is empty and the log says why', async () => {
    writeFileSync(directory, 'a file')
    expect(await folderSkills(directory, log, justNow).list()).toEqual([])
    const loop = join(root, 'loop')
    symlinkSync('loop', loop)
    const skills = folderSkills(loop, log, justNow)
    for (let times = 0; times < 3; times++) expect(await skills.list()).toEqual([])
    expect(await skills.leftOut()).toEqual([{ folder: loop, reason: expect.stringMatching(/ELOOP/) }])
    await expect(skills.get('a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(warnings).toEqual([{ folder: loop, problem: expect.stringMatching(/ELOOP/) }])
  })
})
