// An agent does not start, and all that is said is ENOENT, of a file that is there.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseAgent } from '../../local-dev/agents/choose'
import { problemOfDirectory } from '../../local-dev/agents/start-problems'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-problems-'))
  mkdirSync(join(folder, 'folder'))
  symlinkSync(join(folder, 'nothing'), join(folder, 'dangling'))
  writeFileSync(join(folder, 'plain'), '#!/bin/sh\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

const script = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), 0o755)
}
const choose = (requested: string) =>
  chooseAgent({ requested, cwd: folder, searchPath: `${folder}:/usr/bin:/bin`, demo: [] })

describe('an agent that cannot start says why', () => {
  it.each([
    ['./crlf', '#!/usr/bin/env sh\r\nexit 0\r\n', 'has CRLF line ends: its first line names an interpreter'],
    ['crlf-sh', '#! /bin/bash\r\nexit 0\r\n', 'has CRLF line ends: its first line names an interpreter'],
    [
      './python',
      '#!/opt/nothing/python3 -u\n',
      'names the interpreter /opt/nothing/python3, which is not there',
    ],
    ['./asks', '#!/usr/bin/env -S A=1 no-such-node --flag\n', 'asks for no-such-node, which is not on PATH'],
    ['./bom', '\ufeff#!/bin/sh\n', 'begins with a byte order mark'],
  ])('%s: %j', async (name, text, words) => {
    script(name, text)
    await expect(choose(`${name} {prompt}`)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining(words),
    })
  })

  it.each([
    ['./folder', 'is a directory'],
    ['./dangling', 'is a link to something that does not exist'],
    ['./nothing', 'does not exist'],
    ['./plain', 'is not executable (chmod +x '],
    ['plain', 'is not executable (chmod +x '],
    ['no-such-agent', 'is not on PATH'],
  ])('%s %s', async (name, words) => {
    await expect(choose(`${name} {prompt}`)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining(words),
    })
  })

  it.each([
    ['env A=1 ./wrapped {prompt}', '#!/opt/nothing/sh\n', 'wrapped cannot start: its first line names'],
    ['nice -n 5 ./wrapped {prompt}', '#!/bin/sh\r\n', 'wrapped has CRLF line ends'],
    ['sh ./wrapped {prompt}', 'exit 0\r\n', 'wrapped has CRLF line ends'],
    ['bash ./folder {prompt}', '', 'folder is a directory'],
    ['nohup ./plain {prompt}', '', 'plain is not executable'],
    ['sh ./nothing {prompt}', '', 'nothing does not exist'],
  ])('inside another program: %s %j', async (line, text, words) => {
    script('wrapped', text)
    await expect(choose(line)).rejects.toMatchObject({ message: expect.stringContaining(words) })
  })

  it.each([
    'sh ./plain {prompt}',
    "sh -c './nothing {prompt}'",
    'env -C /nothing sh {prompt}',
    'env A=/nothing sh {prompt}',
  ])('and is left alone where it can start, or where it cannot be known: %s', async (line) => {
    expect((await choose(line)).name).toMatch(/^(sh|env)$/)
  })

  it('and is left alone before its project is known', async () => {
    const known = {
      requested: 'sh ./nothing {prompt}',
      cwd: undefined,
      searchPath: '/usr/bin:/bin',
      demo: [],
    }
    expect((await chooseAgent(known)).name).toBe('sh')
  })

  it('and one that can start is left alone', async () => {
    const texts = [
      '#!/bin/sh\n',
      '#!/bin/sh -e\r\n',
      '#!/usr/bin/env sh\n',
      '\x7fELF',
      '',
      `#!${'/x'.repeat(200)}\n`,
    ]
    for (const text of texts) {
      script('fine', text)
      expect((await choose('./fine {prompt}')).name).toBe('./fine')
    }
  })
})

it('a directory that cannot be worked in says why', async () => {
  expect(await problemOfDirectory(folder)).toBeUndefined()
  for (const relative of ['', 'test', '../'])
    expect(await problemOfDirectory(relative)).toBe('is not an absolute path')
  expect(await problemOfDirectory(join(folder, 'nothing'))).toBe('does not exist')
  expect(await problemOfDirectory(join(folder, 'plain'))).toBe('is not a directory')
  expect(await problemOfDirectory(join(folder, 'plain', 'sub'))).toBe('does not exist: a file is in the way')
})
