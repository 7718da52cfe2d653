// Somebody follows a document of this repository, and it names a command or a page that is not there.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
// What agents are given to read is about other people's repositories.
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((path) => !path.includes('/content/'))

describe.each(documents)('%s', (path) => {
  const text = read(path)

  it('names scripts that npm finds', () => {
    const scripts = [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:.-]*\w)/g)].map(
      ([, name = '']) => name,
    )
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([])
  })

  it('links to pages that are there', () => {
    const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    const local = links.filter((target) => !/^[a-z]+:/.test(target))
    expect(local.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([])
  })

  it('names files of the repository that are there', () => {
    const names = text.match(
      /(?<=`)(?:\.ci|\.github|functions|storage|schemas|local-dev|test|deploy|docs)\/[\w./-]+(?=`)/g,
    )
    expect((names ?? []).filter((name) => !existsSync(join(root, name)))).toEqual([])
  })
})

describe('docs/decisions/', () => {
  const pages = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md')
  const rows = [
    ...read('docs/decisions/README.md').matchAll(/^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (.+?) \|$/gm),
  ]

  it('lists each decision once, under its title and with its status', () => {
    const listed = rows.map(([, number, name, title, status]) => ({ number, name, title, status }))
    const found = pages.sort().map((name) => {
      const text = read(`docs/decisions/${name}`)
      const [, number, title] = /^# (\d{4}): (.+)$/m.exec(text) ?? []
      return { number, name, title, status: /^Status: ([\w ]+)/m.exec(text)?.[1] }
    })
    expect(listed).toEqual(found)
  })

  it.each(pages)('%s says why, what was measured, what follows, and what would change it', (name) => {
    const sections = [...read(`docs/decisions/${name}`).matchAll(/^## (.+)$/gm)].map(([, title]) => title)
    expect(sections).toEqual([
      'Context',
      'Decision',
      'Measured',
      'Consequences',
      'What would change our minds',
    ])
  })
})
